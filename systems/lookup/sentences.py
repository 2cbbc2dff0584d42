"""What answers about postcodes say, once: here, and in the browser, which is sent this table.

A name in braces stands for a value: {unit} is a postcode, {vintage} the date of the data.
"""

from icsinfo.wording import OVER_NINETY_NINE, UNDER_ONE

SENTENCES = {
    "empty": "There is no postcode here.",
    "private": "That looks like an NHS number, a phone number or an email address. "
    "We did not search for it or keep it. Enter a postcode instead.",
    "not_found": "We could not find a postcode there. Check the spelling.",
    # Where something is, on a day.
    "in_now": "{what} is in {where}",
    "in_then": "{what} was in {where} on {day}",
    "in_later": "{what} will be in {where} on {day}",
    "ics": "{name} ICS",
    "nowhere": "no integrated care system",
    "joined": "; it joined {name} ICS on {day}",
    # Parts of postcodes, where only full ones count.
    "partial": "{what} is only part of a postcode. Enter the full postcode to be sure.",
    "incomplete": "{typed} is not a full postcode: a letter is missing.",
    # Full postcodes.
    "retired": "Our {vintage} data lists {unit} as no longer in use. {where}",
    "probably": "It was probably in the area {area}, which",
    # Where a postcode's own place is in doubt.
    "apart": " That may only be where its post is sorted.",
    "apart_retired": " That may only be where its post was sorted.",
    "others_now": " Other postcodes that begin with {what} are in {where}.",
    "others_then": " Other postcodes that begin with {what} were in {where}.",
    "others_later": " Other postcodes that begin with {what} will be in {where}.",
    "near_now": " It is close to the border with {where}. If you are not sure, ask your GP "
    "practice or council which ICS covers you.",
    "near_then": " It was close to the border with {where}.",
    "near_later": " It will be close to the border with {where}.",
    "absent": "{unit} is not in our {vintage} data. It may be new, or mistyped.",
    "placeless": "{unit} is a real postcode, but our data does not say where it is.",
    "no_outward": " We do not know of any postcode that begins with {outward}.",
    # Parts of postcodes.
    "all_of": "Every {what} postcode",
    "english_part": "The English part of {what}",
    "rest": " The rest of {what} is in {nation}.",
    "type_whole": " Enter the full postcode to see which one is yours.",
    "part_placeless": "There are postcodes that begin with {what}, "
    "but none of our sources says where they are.",
    "part_retired": "{what} is no longer in use. It was probably in {where}.",
    "under": UNDER_ONE,
    "over": OVER_NINETY_NINE,
    # What was read as what.
    "joined_up": "We read {typed} as {unit}.",
    "read": "We read {words}: {unit}.",
    "used_only": "We used only the postcode {unit} and ignored the rest of what you entered.",
    "ask_more": "There is more than one postcode in that text: {units}. Choose the one you mean.",
    "ask_ways": "That can be read in more than one way: {units}. Choose the one you mean.",
    # What cannot be a postcode.
    "invalid": "{typed} is not a valid postcode. Check each letter and number.",
    "invalid_mark": "{typed} is not a valid postcode: it contains a character that is not a "
    "letter or number. Enter only letters and numbers.",
    "invalid_first": "{typed} is not a valid postcode: no postcode begins with {letter}. "
    "Check the first letter.",
    "invalid_second": "{typed} is not a valid postcode: no postcode has {letter} as its second "
    "letter. Check the first two letters.",
    "invalid_last": "{typed} is not a valid postcode: no postcode has {letter} in its last two "
    "letters. Check the end.",
}


def tell(sentence: str, **values: str) -> str:
    """A sentence of the table with its values.

    >>> tell("read", words="the letter O as the number 0", unit="GU9 0NZ")
    'We read the letter O as the number 0: GU9 0NZ.'
    """
    return SENTENCES[sentence].format_map(values)
