// Reads postcodes as systems/lookup does on the server, by the patterns, sentences and facts that
// systems/matching/browser_bundle.py sends. A test holds the two against each other. Dates are like 2026-03-31.

export let facts, is;
let today, day, sectors;

const squeeze = (text) => text.replaceAll(" ", "");
const sectorOf = (unit) => unit.slice(0, -2);
const outwardOf = (part) => part.split(" ")[0];
const lettersOf = (part) => part.match(/^[A-Z]*/)[0];
const on = (rows, when) => rows.findLast(([from]) => from <= when)?.[1];
const bit = (digits, unit) => parseInt(digits[unit >> 2] || 0, 16) & (8 >> (unit & 3));
const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const said = {};
const say = (when) => (said[when] ??= dates.format(new Date(when)));

export async function load(stream, now) {
  facts = await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).json();
  today = now;
  is = Object.fromEntries(facts.patterns.map(([name, ...pattern]) => [name, new RegExp(...pattern)]));
  sectors = {}; // of each sector, outward code and postcode area; "SW1-" is for SW1A, SW1E, ...
  for (const line of facts.directory.split("\n")) {
    const row = line.split(",");
    const outward = outwardOf(row[0]);
    for (const part of [row[0], outward, lettersOf(outward), outward.replace(/[A-Z]$/, "-")])
      if (sectors[part]?.at(-1) !== row) (sectors[part] ??= []).push(row);
  }
}

const fill = (sentence, values) => sentence.replace(/{(\w+)}/g, (_, name) => values[name]);
const tell = (sentence, values) => fill(facts.sentences[sentence], values);
const told = (outcome, values, sentence = outcome) => ({ outcome, message: tell(sentence, values) });
const within = (part) => sectors[part] ?? sectors[`${part}-`] ?? [];
const number = (unit) => 20 * facts.letters.indexOf(unit.at(-2)) + facts.letters.indexOf(unit.at(-1));
export const unitOf = (text) => is.unit.test(squeeze(text)) && squeeze(text).replace(/...$/, " $&");

function codes(slug, when) {
  const { names, ods, ons } = facts.systems[slug];
  return [on(names, when) ?? names[0]?.[1] ?? slug, on(ods, when) ?? "", on(ons, when) ?? ""];
}

function areaOf(runs, unit) {
  const [first, ...changes] = runs.split(" ");
  return facts.areas[changes.findLast((change) => number(change.slice(0, 2)) <= unit)?.slice(3) ?? first];
}

// A row of the directory: sector, live, retired and apart units, runs; then what `areasIn` keeps.
function find(unit) {
  const [, live, retired, apart, runs] = sectors[sectorOf(unit)]?.[0] ?? ["", "", "", "", ""];
  const status = bit(live, number(unit)) ? 1 : bit(retired, number(unit)) && 2;
  return [status, status && areaOf(runs, number(unit)), bit(apart, number(unit))];
}

function areasIn(part, status, apart = false) {
  const units = (row) => [...Array(400).keys()].filter((unit) => bit(row[status], unit) && (apart || !bit(row[3], unit)));
  const areas = (row) => new Set(units(row).map((unit) => areaOf(row[4], unit)));
  const place = status + (apart ? 6 : 4);
  const found = [...new Set(within(part).flatMap((row) => [...(row[place] ??= areas(row))]))].filter(Boolean);
  return found[0] || apart ? found : areasIn(part, status, true);
}

const tense = () => (day === today ? "now" : day < today ? "then" : "later");

function inSystem(what, area, slug) {
  const clause = (where) => tell(`in_${tense()}`, { what, where, day: say(day) });
  if (slug) return `${clause(tell("ics", { name: codes(slug, day)[0] }))}.`;
  const [from, next] = area.spans.find(([from, next]) => next && from > day) ?? [];
  const joined = next ? tell("joined", { name: codes(next, from)[0], day: say(from) }) : "";
  return `${clause(facts.sentences.nowhere)}${joined}.`;
}

// What is outside England is a number in a table of outcomes and sentences.
const placeOf = (part) =>
  facts.places[part] ?? facts.places[outwardOf(part)] ?? facts.places[`${lettersOf(part)}*`];

function placeOfUnit(unit, area) {
  const [units, place] = facts.straddling[sectorOf(unit)] ?? [];
  return units ? bit(units, number(unit)) && place : !area && placeOf(sectorOf(unit));
}

function placeOfCode(typed) {
  const { places } = facts;
  const [, foreign] = typed.match(is.foreign) ?? [];
  const letters = !is.area.test(typed) && places[`${typed}*`];
  if (foreign || letters) return letters || places[`${foreign}:`];
  const [, outward] = typed.match(is.shape) ?? squeeze(typed).match(is.shape) ?? ["", ""];
  return !is.outward.test(outward) && (places[outward] ?? (/\d$/.test(outward) && placeOf(outward)));
}

function away(place, read_as, repairs) {
  const [outcome, sentence] = facts.elsewhere[place];
  return { outcome, message: fill(sentence, { read_as }), repairs };
}

// As icsinfo.wording.name_list.
function listOf(names) {
  const mark = names.some((name) => /,| and /.test(name)) ? ";" : "";
  const [last, ...others] = names.toReversed();
  return others[0] ? `${others.toReversed().join(`${mark || ","} `)}${mark} and ${last}` : last;
}

// Where the other postcodes of a sector are, or of the outward code if it has no others.
function others(unit) {
  const hasOthers = within(sectorOf(unit)).some((row) => [...Array(400).keys()].some((n) => bit(row[1], n) && !bit(row[3], n)));
  const what = hasOthers ? sectorOf(unit) : outwardOf(unit);
  const slugs = new Set(areasIn(what, 1).map((area) => on(area.spans, day)).filter(Boolean));
  const names = [...slugs].map((slug) => codes(slug, day)[0]).sort();
  const where = listOf(names);
  return names[0] ? tell(`others_${tense()}`, { what, where }) : "";
}

function known(unit, repairs = []) {
  const [status, area, apart] = find(unit);
  const place = status !== 1 && placeOfUnit(unit, area);
  if (place) return away(place, unit, repairs);
  if (!area) return null;
  const system = on(area.spans, day);
  const answer = { outcome: repairs[0] ? "repaired" : "match", repairs, system, area, apart };
  const more = apart ? facts.sentences[status === 1 ? "apart" : "apart_retired"] + others(unit) : "";
  if (status === 1) return { ...answer, message: inSystem(unit, area, system) + more };
  const where = inSystem(tell("probably", { area: area.name }), area, system) + more;
  return { ...answer, ...told("retired", { ...facts, unit, where }) };
}

const answer = (unit, repairs) =>
  known(unit, repairs) ?? { repairs, ...told("unknown", { ...facts, unit }, find(unit)[0] ? "placeless" : "absent") };
const exists = ([unit]) => find(unit)[0] || placeOfUnit(unit);
const isNear = ([unit]) => within(outwardOf(unit))[0];
const choice = (sentence, units) => told("ask", { units: units.slice(0, 10).join(" or ") }, sentence);

function partial(typed) {
  const text = squeeze(typed);
  const [sector, most] = [is.sector, is.most].map((shape) => text.match(shape)?.slice(1).join(" "));
  const outward = is.outward.test(text) && typed !== sector && text;
  const ways = is.area.test(text) ? [text] : [outward, sector, most, most && outwardOf(most)];
  for (const [way, what] of ways.entries()) {
    if (!what) continue;
    const live = areasIn(what, 1);
    const place = !live[0] && way < 3 && placeOf(what);
    if (place) return away(place, what);
    const areas = live[0] ? live : areasIn(what, 2);
    const slugs = new Set(areas.map((area) => on(area.spans, day)));
    if (areas[0])
      return {
        ...told(way > 1 ? "incomplete" : "partial", { what, typed }),
        system: slugs.size < 2 && [...slugs][0],
        area: areas.length < 2 && areas[0],
      };
    if (way < 3 && within(what)[0]) return told("unknown", { what }, "part_placeless");
  }
}

function unitsIn(typed, pattern) {
  const found = [...typed.matchAll(pattern)].map((match) => unitOf(match.slice(1).join("")));
  return [...new Set(found.filter(Boolean))];
}

function inLongerText(typed) {
  let units = unitsIn(typed, is.found);
  if (!units[0]) units = unitsIn(typed, is.apart).filter((unit) => exists([unit]));
  const [unit, other] = units;
  if (other) return choice("ask_more", units);
  return unit && unit !== unitOf(typed) && answer(unit, [tell("used_only", { unit })]);
}

// Postcodes that differ in O for 0 and the like only, each with what was read as what.
function repairs(piece) {
  const text = squeeze(piece);
  const isWord = is.letters.test(piece);
  let forms = isWord || is.piece.test(text) || is.halves.test(piece) ? [""] : [];
  for (const sign of text)
    forms = forms.flatMap((form) => [...(facts.confused[sign] ?? sign)].map((other) => form + other));
  forms = forms.filter((form) => form !== text && unitOf(form));
  if (isWord) forms = forms.filter((form) => [...form].every((sign, index) => sign === text[index] || /\d/.test(sign)));
  return forms.map((form) => {
    const words = new Set([...text].map((sign, index) => facts.repairs[sign + form[index]]).filter(Boolean));
    return [unitOf(form), words];
  });
}

function pieces(typed) {
  return [...typed.matchAll(is.word)].flatMap(({ 0: word, index }, place, words) => {
    const next = words[place + 1];
    const pair = next && typed.slice(index, next.index + next[0].length);
    const pieces = /^\w{2,4} \w{3}$/.test(pair) ? [word, pair] : [word];
    return pieces.filter((piece) => is.piece.test(squeeze(piece)));
  });
}

function mended(typed, unit) {
  if (typed.length > 200 || (unit && isNear([unit]))) return null;
  const whole = repairs(typed);
  const slips = whole[0] ? whole : pieces(typed).flatMap(repairs);
  let likely = new Map(slips.filter(exists));
  if (!likely.size) likely = new Map(whole.filter(isNear));
  if (likely.size > 1) return choice("ask_ways", [...likely.keys()]);
  for (const [unit, changes] of likely) {
    if (changes.size > facts.max_changes || is.letters.test(typed)) continue;
    const words = [...changes].join(" and ");
    return answer(unit, ["read", ...(whole[0] ? [] : ["used_only"])].map((each) => tell(each, { words, unit })));
  }
}

function wholeText(typed) {
  const place = placeOfCode(typed);
  if (place) return away(place, typed);
  const unit = unitOf(typed.match(is.mark)?.slice(1).join("") ?? "");
  return unit ? answer(unit, [tell("joined_up", { typed, unit })]) : partial(typed);
}

function noAnswer(typed) {
  const looks = is.numbers.test(typed) || is.looks.test(typed.replace(/[^A-Z0-9]/g, ""));
  if ([...typed].length > 16 || !looks) return told("not_found");
  for (const [sentence, pattern] of facts.invalid) {
    const match = squeeze(typed).match(new RegExp(pattern, "u"));
    if (match) return told("invalid", { typed, letter: match[1] }, sentence);
  }
}

export function ask(text, when = today) {
  day = when;
  const typed = text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt() - 0xfee0))
    .replace(is.invisible, "")
    .replace(/[\s\x1c-\x1f\x85]+/g, " ")
    .replace(is.edges, "")
    .replace(/[a-z]+/g, (letters) => letters.toUpperCase());
  const unit = unitOf(typed);
  if (!typed) return told("empty");
  if (!unit && is.private.test(typed)) return told("private");
  return (
    (unit && known(unit)) ||
    (typed.length <= 200 && wholeText(typed)) ||
    inLongerText(typed) ||
    mended(typed, unit) ||
    (unit ? answer(unit) : noAnswer(typed))
  );
}

// What is added to a row of a spreadsheet, as in systems/matching/columns.py.
export function cells(text, when) {
  const { outcome, message, repairs = [], system, area, apart } = ask(text, when);
  const sure = system && !apart && /^(match|repaired)$/.test(outcome);
  const reason = [...repairs, ...(sure ? [] : [message])].join(" ");
  return [...(system ? codes(system, when) : ["", "", ""]), area?.name ?? "", when, outcome, reason];
}
