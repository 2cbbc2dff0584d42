// Adds the ICS of each row to a spreadsheet, as systems/matching/columns.py does. The file stays in this
// browser: the only thing that is fetched is what answers are made from.

const form = document.querySelector("#match");
const part = (name) => form.parentNode.querySelector(`[data-part=${name}]`);
const { file, column, on } = form.elements;
const { port1, port2 } = new MessageChannel();
const { title } = document;
let postcodes, sheet, run; // `run` is what is going on; something new, or Cancel, replaces it

const pause = () => new Promise((resume) => ((port1.onmessage = resume), port2.postMessage(0)));

function say(text, isError) {
  const status = part("status");
  status.textContent = text;
  status.classList.toggle("error", !!isError);
  document.title = (isError ? "Error: " : "") + title;
  if (isError) status.focus();
}

function decode(bytes) {
  const [a, b] = bytes;
  const wide = (a === 255 && b === 254) || b === 0 ? "utf-16le" : (a === 254 && b === 255) || a === 0 ? "utf-16be" : "";
  for (const encoding of [wide || "utf-8", "windows-1252"])
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (text.includes("\0")) break;
      return { text, mark: encoding === "utf-8" && a !== 239 ? "" : "\ufeff" };
    } catch {}
  throw new Error("That is not a CSV file. Open it in the program you made it with and save it as CSV.");
}

function* rowsOf({ text, comma }) {
  const cell = new RegExp(`("[^"]*(?:""[^"]*)*(?:"|$))?([^${comma}\r\n]*)([${comma}]|\r\n?|\n|$)`, "y");
  let row = [];
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text);
    row.push(quoted ? quoted.slice(1).replace(/"$/, "").replaceAll('""', '"') + plain : plain);
    if (end === comma) continue;
    yield row.length > 1 || plain || quoted ? row : [];
    row = [];
  }
  if (row.length) yield [...row, ""];
}

const write = (row) =>
  row.map((cell) => (/[",;|\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(sheet.comma) + "\r\n";

// Acts on one row after the other, with a pause for the page every 30 milliseconds.
async function each(mine, act) {
  let [done, until] = [0, 0];
  for (const row of rowsOf(sheet)) {
    act(row, done++);
    if (performance.now() < until) continue;
    if (sheet.rows) part("progress").value = done / sheet.rows;
    await pause();
    if (run !== mine) return false;
    until = performance.now() + 30;
  }
  return true;
}

function busy(isBusy) {
  part("busy").hidden = !isBusy;
  part("progress").removeAttribute("value");
}

// Does some work that may fail or be replaced; `work` says whether it came to its end.
async function start(text, work) {
  const mine = (run = {});
  part("result").hidden = true;
  busy(true);
  say(text);
  try {
    await work(mine);
  } catch (error) {
    if (run === mine) say(error.message, true);
  }
  if (run === mine) busy(false);
}

function findColumn(sample, heading, width) {
  const all = [...Array(width).keys()];
  const called = all.filter((n) => postcodes.is.heading.test((heading[n] ?? "").toLowerCase().replace(/[^a-z0-9]/g, "")));
  const filled = all.filter((n) => {
    const cells = sample.slice(heading.length ? 1 : 0).filter((row) => row[n]?.trim());
    return cells.filter((row) => postcodes.unitOf(row[n].trim())).length * 2 > cells.length;
  });
  const both = called.filter((n) => filled.includes(n));
  const found = both.length ? both : called.length ? called : filled;
  column.length = 1;
  column.append(
    ...all.map((n) => new Option(heading[n] || `Column ${n + 1}`, n, false, found.length === 1 && n === found[0])),
  );
  return found.length;
}

async function read(mine) {
  const { facts, lookup, today } = form.dataset;
  part("choices").hidden = true;
  if (!postcodes) {
    const [module, answer] = await Promise.all([import(lookup), fetch(facts).catch(() => ({}))]);
    if (!answer.ok) throw new Error("We could not download the list of postcodes. Reload this page to try again.");
    await module.load(answer.body, today);
    postcodes = module;
  }
  sheet = { ...decode(new Uint8Array(await file.files[0].arrayBuffer())), name: file.files[0].name };
  // A line that names the delimiter to Excel is no row, and is kept.
  const [separator = "", named] = sheet.text.match(/^"?sep=([,;\t|])"?(?:\r\n?|\n)/i) ?? [];
  sheet.text = sheet.text.slice(separator.length);
  sheet.mark += separator;
  const first = sheet.text.slice(0, 1 << 20).replace(/"[^"]*"?/g, "").trimStart().split(/[\r\n]/)[0];
  sheet.comma = named ?? [",", ";", "\t", "|"].reduce((a, b) => (first.split(b).length > first.split(a).length ? b : a));
  const sample = [];
  let [rows, width] = [0, 0];
  const whole = await each(mine, (row) => {
    if (rows++ < 1000) sample.push(row);
    width = Math.max(width, row.length);
  });
  if (!whole) return;
  if (!width) throw new Error("That file is empty.");
  const heading = sample[0].some((cell) => postcodes.unitOf(cell.trim())) ? [] : sample[0];
  const found = findColumn(sample, heading, width);
  Object.assign(sheet, { rows, width, heading });
  part("choices").hidden = false;
  say(`${rows.toLocaleString()} rows read. ${found === 1 ? "Check the column, then select Match." : "Choose the column with the postcodes."}`);
}

function fill(table, rows) {
  const body = part(table).tBodies[0];
  body.replaceChildren();
  for (const row of rows) {
    const line = body.insertRow();
    for (const cell of row) line.insertCell().textContent = cell;
  }
}

async function match(mine) {
  const { heading, width, mark } = sheet;
  const { columns } = postcodes.facts;
  const counts = {};
  const reasons = [];
  const pieces = [mark];
  let number = "";
  while (columns.some((name) => heading.includes(name + number))) number = `_${+number.slice(1) + 1 || 2}`;
  const wide = (row) => [...row, ...Array(width - row.length).fill("")];
  const whole = await each(mine, (row, place) => {
    if (!place && heading.length) return pieces.push(write([...wide(row), ...columns.map((name) => name + number)]));
    if (!row.length) return pieces.push("\r\n");
    const added = postcodes.cells(row[column.value] ?? "", on.value);
    const [outcome, reason] = added.slice(-2);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (reason && reasons.length < 20) reasons.push([place + 1, row[column.value], reason]);
    pieces.push(write([...wide(row), ...added]));
  });
  if (!whole) return;
  fill("counts", Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([name, count]) => [name, count.toLocaleString()]));
  fill("reasons", reasons);
  const link = part("download");
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob(pieces, { type: "text/csv" }));
  link.download = `${sheet.name.replace(/\.\w+$/, "")}-ics.csv`;
  part("result").hidden = false;
  say("Done. Your file is ready to save.");
}

form.classList.remove("waiting");
file.addEventListener("change", () => file.files[0] && start("Reading the file.", read));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  start("Matching.", match);
});
part("cancel").addEventListener("click", () => {
  run = null;
  busy(false);
  say("Stopped.");
});
