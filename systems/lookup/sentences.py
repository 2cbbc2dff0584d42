"""What answers about postcodes say, once: here, and in the browser, which is sent this table.

A name in braces stands for a value: {unit} is a postcode, {vintage} the date of the data.
"""

from icsinfo.wording import OVER_NINETY_NINE, UNDER_ONE

SENTENCES = {
    "empty": "There is no postcode here.",
    "private": "That looks like an NHS number, a phone number or an e-mail address. "
    "We did not search for it or keep it; type a postcode instead.",
    "not_found": "We found no postcode there. Check the spelling.",
    # Where something is, on a day.
    "in_now": "{what} is in {where}",
    "in_then": "{what} was in {where} on {day}",
    "in_later": "{what} will be in {where} on {day}",
    "nowhere": "no integrated care system",
    "joined": "; it joined {name} on {day}",
    # Parts of postcodes, where only whole ones count.
    "partial": "{what} is only a part of a postcode. Give the whole one to be sure.",
    "incomplete": "{typed} is not a whole postcode: a letter is missing.",
    # Whole postcodes.
    "retired": "{unit} is no longer in use, by our data of {vintage}. "
    "It was likely in {area}. {where}",
    "that_area": "That area",
    # Where a postcode's own place is in doubt.
    "apart": " That may only be where its post is sorted.",
    "apart_retired": " That may only be where its post was sorted.",
    "others_now": " Other postcodes that begin with {what} are in {where}.",
    "others_then": " Other postcodes that begin with {what} were in {where}.",
    "others_later": " Other postcodes that begin with {what} will be in {where}.",
    "near_now": " It is close to the border with {where}: if in doubt, ask your GP practice or "
    "council which one looks after you.",
    "near_then": " It was close to the border with {where}.",
    "near_later": " It will be close to the border with {where}.",
    "absent": "{unit} is not in our data of {vintage}. It may be new, or mistyped.",
    "placeless": "{unit} is a real postcode, but our data does not say where it is.",
    "no_outward": " No postcode that we know of begins with {outward}.",
    # Parts of postcodes.
    "all_of": "All of {what}",
    "no_other": ", and no other",
    "english_part": "The English part of {what}",
    "rest": " The rest of {what} is in {nation}.",
    "type_whole": " Type the whole postcode to see which one is yours.",
    "part_placeless": "Postcodes that begin with {what} are real, "
    "but no source says where they are.",
    "part_retired": "{what} is no longer in use. It was likely in {where}.",
    "under": UNDER_ONE,
    "over": OVER_NINETY_NINE,
    # What was read as what.
    "joined_up": "We read {typed} as {unit}.",
    "read": "We read {words}: {unit}.",
    "used_only": "We used only the postcode {unit} and left out the rest of what you typed.",
    "ask_more": "There is more than one postcode in that text: {units}. "
    "Choose the one that you mean.",
    "ask_ways": "That can be read in more than one way: {units}. Choose the one that you mean.",
    # What cannot be a postcode.
    "invalid": "{typed} cannot be a postcode. Check each letter and number.",
    "invalid_mark": "{typed} cannot be a postcode: it has a mark in the middle. "
    "Type only letters and numbers.",
    "invalid_first": "{typed} cannot be a postcode: none begins with {letter}. "
    "Check the first letter.",
    "invalid_second": "{typed} cannot be a postcode: none has {letter} as its second letter. "
    "Check the beginning.",
    "invalid_last": "{typed} cannot be a postcode: none has {letter} among its last two letters. "
    "Check the end.",
}


def tell(sentence: str, **values: str) -> str:
    """A sentence of the table with its values.

    >>> tell("read", words="the letter O as the number 0", unit="GU9 0NZ")
    'We read the letter O as the number 0: GU9 0NZ.'
    """
    return SENTENCES[sentence].format_map(values)
