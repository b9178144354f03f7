// The first page: one stream of the whole state, drawn anew once a second so that times count down. What comes from the
// server is only ever set as text; elements are kept from one drawing to the next, so focus and selection stay.

const english = {
  connecting: "Connecting", live: "Live", lost: "Reconnecting since {time}",
  stale: "No connection since {time}. These numbers are as of then. Is `d8 up` running?",
  never: "No answer from D8. Is `d8 up` running?",
  title: "{pending} waiting, {assigned} running - D8",
  tasks: "Tasks", accounts: "Accounts", waits: "Why tasks wait", workers: "Workers", metrics: "Metrics",
  pending: "Waiting", assigned: "Running", completed: "Completed", failed: "Failed", cancelled: "Cancelled", workersOnline: "Workers online",
  worker: "Worker", account: "Account", state: "State", underWay: "Under way", lastSign: "Last sign of life",
  reason: "Reason", next: "Next",
  noTasks: "No task yet. Try `d8 submit 'hello'`, or a whole file: `d8 run FILE.jsonl`.",
  someFailed: "Why they failed: `d8 tasks ls --status failed`. Once more: `d8 tasks retry --status failed`.",
  noAccounts: "No account yet. Set `GROQ_API_KEY`, `GEMINI_API_KEY` or another provider's key and start `d8 up` again.",
  noWorkers: "No worker yet. Every account with a key here has one built in; on another machine: `d8 worker --type groq --orchestrator {url}`",
  noWaits: "Nothing waits.", handedOut: "Nothing holds them back: they are being handed out.",
  workersCount: "{online} of {total} online, {busy} busy",
  ready: "Has room", full: "At a limit", paused: "Paused", parked: "Parked", noWorker: "No worker",
  pausedNotice: "Paused by hand: it gets no new task until it is resumed.",
  noWorkerNotice: "No worker serves it. Where its key is: `d8 worker --account {account} --orchestrator {url}`",
  pause: "Pause", resume: "Resume", refused: "That did not work: {message}", unreachable: "no answer from D8",
  noLimits: "No limit is known: D8 slows down when it is refused.",
  figures: "{used} of {limit}", inFlight: "{n} in flight", byOthers: "{n} by others",
  workersOf: ["{n} worker", "{n} workers"], moreLimits: ["{n} limit not used yet", "{n} limits not used yet"],
  modelsOf: ["{n} model", "{n} models"],
  file: "from d8.toml", environment: "key from the environment", broughtByWorker: "brought by a worker",
  fullUntil: "Full; room in {span}", fullAfter: "Full; room after an answer", roomIn: "Room for the next in {span}",
  parkedUntil: "Parked for {span}", retryIn: "tried again in {span}", soon: "any moment", in: "in {span}", at: "{span} ({time})",
  ago: "{span} ago", now: "now",
  online: "Online", busy: "Busy", offline: "Offline",
  allDone: "All done {when}", runsOut: "runs out {when}", nextStart: "next start {when}",
  units: ["s", "m", "h", "d"],
  reasons: {
    quota: "Quota used up", order: "Others are first", patience: "Waits for its first choice", workers: "Every worker is busy",
    no_worker: "No worker", not_before: "Asked to start later", backoff: "Tries again after a fault", paused: "Paused", parked: "Parked",
    quota_refused: "Refused for quota", overloaded: "Provider has no capacity", bad_key: "Key refused", no_money: "No money left",
    model_unavailable: "Model not served", no_target: "No account can take it",
  },
};

const spanish = {
  connecting: "Conectando", live: "En vivo", lost: "Reconectando desde las {time}",
  stale: "Sin conexión desde las {time}. Los números son los de entonces. ¿Está en marcha `d8 up`?",
  never: "D8 no responde. ¿Está en marcha `d8 up`?",
  title: "{pending} en espera, {assigned} en curso - D8",
  tasks: "Tareas", accounts: "Cuentas", waits: "Por qué esperan las tareas", workers: "Workers", metrics: "Métricas",
  pending: "En espera", assigned: "En curso", completed: "Completadas", failed: "Fallidas", cancelled: "Canceladas", workersOnline: "Workers en línea",
  worker: "Worker", account: "Cuenta", state: "Estado", underWay: "En curso", lastSign: "Última señal",
  reason: "Motivo", next: "Siguiente",
  noTasks: "Aún no hay tareas. Prueba `d8 submit 'hola'`, o un archivo entero: `d8 run ARCHIVO.jsonl`.",
  someFailed: "Por qué fallaron: `d8 tasks ls --status failed`. Otra vez: `d8 tasks retry --status failed`.",
  noAccounts: "Aún no hay cuentas. Define `GROQ_API_KEY`, `GEMINI_API_KEY` o la clave de otro proveedor y arranca `d8 up` de nuevo.",
  noWorkers: "Aún no hay workers. Cada cuenta con clave aquí lleva uno incorporado; en otra máquina: `d8 worker --type groq --orchestrator {url}`",
  noWaits: "Nada espera.", handedOut: "Nada las retiene: se están repartiendo.",
  workersCount: "{online} de {total} en línea, {busy} trabajando",
  ready: "Con margen", full: "En el límite", paused: "En pausa", parked: "Apartada", noWorker: "Sin worker",
  pausedNotice: "En pausa a mano: no recibe tareas nuevas hasta que se reanude.",
  noWorkerNotice: "Ningún worker la atiende. Donde está su clave: `d8 worker --account {account} --orchestrator {url}`",
  pause: "Pausar", resume: "Reanudar", refused: "No ha funcionado: {message}", unreachable: "D8 no responde",
  noLimits: "No se conoce ningún límite: D8 va más despacio cuando lo rechazan.",
  figures: "{used} de {limit}", inFlight: "{n} en vuelo", byOthers: "{n} de otros",
  workersOf: ["{n} worker", "{n} workers"], moreLimits: ["{n} límite aún sin usar", "{n} límites aún sin usar"],
  modelsOf: ["{n} modelo", "{n} modelos"],
  file: "de d8.toml", environment: "clave del entorno", broughtByWorker: "traída por un worker",
  fullUntil: "Lleno; hay sitio en {span}", fullAfter: "Lleno; hay sitio tras una respuesta", roomIn: "Sitio para la siguiente en {span}",
  parkedUntil: "Apartado durante {span}", retryIn: "se reintenta en {span}", soon: "en cualquier momento", in: "en {span}", at: "{span} ({time})",
  ago: "hace {span}", now: "ahora",
  online: "En línea", busy: "Trabajando", offline: "Desconectado",
  allDone: "Todo hecho {when}", runsOut: "se agota {when}", nextStart: "siguiente inicio {when}",
  units: ["s", "min", "h", "d"],
  reasons: {
    quota: "Cuota agotada", order: "Hay otras antes", patience: "Espera su primera opción", workers: "Todos los workers ocupados",
    no_worker: "Sin worker", not_before: "Pidió empezar más tarde", backoff: "Se reintenta tras un fallo", paused: "En pausa", parked: "Apartada",
    quota_refused: "Rechazada por cuota", overloaded: "El proveedor no tiene capacidad", bad_key: "Clave rechazada", no_money: "Sin saldo",
    model_unavailable: "Modelo no disponible", no_target: "Ninguna cuenta puede con ella",
  },
  // The server says limits in English; the usual ones are said here.
  dimensions: { requests: "peticiones", tokens: "tokens", input_tokens: "tokens de entrada", output_tokens: "tokens de salida", cost: "" },
  periods: { "1s": "por segundo", "1m": "por minuto", "1h": "por hora", "1d": "por día", "1mo": "por mes" },
  atOnce: "{n} a la vez",
};

const isSpanish = /^es\b/i.test(navigator.language ?? "");
const language = isSpanish ? "es" : "en";
const words = isSpanish ? spanish : english;
const at = (id) => document.getElementById(id);

// --- Saying things ---

function say(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function many(forms, n) {
  return say(forms[n === 1 ? 0 : 1], { n: amount(n) });
}

function amount(value, dimension) {
  const money = dimension === "cost" ? { style: "currency", currency: "USD", maximumFractionDigits: 4 } : {};
  return new Intl.NumberFormat(language, money).format(value ?? 0);
}

function span(seconds) {
  const [s, m, h, d] = words.units;
  const left = Math.max(0, Math.ceil(seconds));
  const two = (n) => String(n).padStart(2, "0");
  if (left < 60) return `${left} ${s}`;
  if (left < 3600) return `${Math.floor(left / 60)} ${m} ${two(left % 60)} ${s}`;
  if (left < 86400) return `${Math.floor(left / 3600)} ${h} ${two(Math.floor(left / 60) % 60)} ${m}`;
  return `${Math.floor(left / 86400)} ${d} ${Math.floor(left / 3600) % 24} ${h}`;
}

function clock(milliseconds, withSeconds) {
  const far = Math.abs(milliseconds - Date.now()) > 20 * 3600e3;
  const day = far ? { weekday: "short", day: "numeric", month: "short" } : {};
  const second = withSeconds ? { second: "2-digit" } : {};
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit", ...second, ...day }).format(milliseconds);
}

/** How long until a moment of the server's clock; from a quarter of an hour on with the time of day. */
function until(moment) {
  const left = moment - serverNow();
  return left < 900 ? span(left) : say(words.at, { span: span(left), time: clock(Date.now() + left * 1000) });
}

function limitLabel(limit) {
  const what = words.dimensions?.[limit.dimension];
  if (limit.dimension === "concurrency" && words.atOnce) return say(words.atOnce, { n: amount(limit.limit) });
  if (what === undefined || !limit.per) return limit.label ?? `${limit.dimension} / ${limit.per}`;
  return [amount(limit.limit, limit.dimension), what, words.periods[limit.per] ?? `/ ${limit.per}`].filter(Boolean).join(" ");
}

function reason(code) {
  return words.reasons[code] ?? String(code ?? "").replaceAll("_", " ");
}

/** A server's sentence without the span at its end: that was true when it was sent, and what is left is counted here. */
function timeless(message, moment) {
  return moment ? (message ?? "").replace(/, (next|tried again) in [^,]*$/, "") : message ?? "";
}

// --- Putting it on the page ---

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Text whose parts between backticks are code. */
function prose(element, text) {
  if (element.textContent === text.replaceAll("`", "")) return;
  element.replaceChildren(...text.split("`").map((part, index) => {
    const node = document.createElement(index % 2 ? "code" : "span");
    node.textContent = part;
    return node;
  }));
}

function mark(element, kind) {
  for (const other of ["good", "warn", "bad"]) element.classList.toggle(other, other === kind);
}

/** What the server says is English. */
function quote(element, text) {
  write(element, text);
  element.lang = "en";
}

/** Sets the words that never change. */
function translate(root) {
  for (const element of root.querySelectorAll("[data-word]")) prose(element, words[element.dataset.word]);
  for (const cell of root.querySelectorAll("[data-name]")) cell.dataset.name = words[cell.dataset.name];
}

function fromForm(name) {
  const element = at(`${name}-form`).content.firstElementChild.cloneNode(true);
  translate(element);
  element.parts = Object.fromEntries([...element.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  return element;
}

/** Makes `parent` hold one element for each item, in order. Those that stay are neither made anew nor moved. */
function fill(parent, form, items, keyOf, draw) {
  const seen = new Map();
  const keys = items.map((item) => {
    const key = keyOf(item);
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return `${key}#${seen.get(key)}`;
  });
  const wanted = new Set(keys);
  const had = new Map();
  for (const child of [...parent.children]) {
    if (wanted.has(child.key)) had.set(child.key, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  items.forEach((item, index) => {
    const element = had.get(keys[index]) ?? Object.assign(fromForm(form), { key: keys[index] });
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
    draw(element.parts, item, element);
  });
}

// --- The parts of the page ---

let state = null;
let receivedAt = 0;
/** What is to be expected: asked for now and then, as it takes the server some work. */
let outlook = null;

/** The server's clock now, in Unix seconds. Ours may be wrong, so only the time since its message is taken from it. */
function serverNow() {
  return state.now + (performance.now() - receivedAt) / 1000;
}

function drawCounts(tasks, workers) {
  const names = ["pending", "assigned", "completed", "failed", "cancelled", "workersOnline"];
  fill(at("counts"), "count", names, (name) => name, (parts, name, element) => {
    write(parts.name, words[name]);
    write(parts.number, name === "workersOnline" ? `${amount(workers.online)} / ${amount(workers.total)}` : amount(tasks[name]));
    element.id = `count-${name}`;
    mark(element, name === "failed" && tasks.failed > 0 ? "bad" : "");
  });
  at("no-tasks").hidden = tasks.total > 0;
  at("some-failed").hidden = !tasks.failed;
  const done = tasks.pending > 0 && outlook?.allDone > serverNow() ? outlook.allDone : null;
  at("all-done").hidden = !done;
  if (done) write(at("all-done"), say(words.allDone, { when: say(words.in, { span: until(done) }) }));
  document.title = tasks.total > 0 ? say(words.title, { pending: amount(tasks.pending), assigned: amount(tasks.assigned) }) : "D8";
}

function isFull(limit) {
  return (limit.limit != null && limit.used >= limit.limit) || limit.parked_until > serverNow();
}

function limitOutlook(limit) {
  const later = limit.free_at > serverNow();
  if (limit.parked_until > serverNow()) return say(words.parkedUntil, { span: until(limit.parked_until) });
  if (isFull(limit)) return later ? say(words.fullUntil, { span: until(limit.free_at) }) : limit.free_at ? words.soon : words.fullAfter;
  return later ? say(words.roomIn, { span: until(limit.free_at) }) : "";
}

function drawLimit(parts, limit, element) {
  const reserved = Math.min(limit.reserved ?? 0, limit.used);
  const others = Math.min(limit.used_by_others ?? 0, limit.used - reserved);
  const share = (part) => `${limit.limit > 0 ? Math.min(100, (100 * part) / limit.limit) : part > 0 ? 100 : 0}%`;
  const next = limitOutlook(limit);
  parts.scope.hidden = !limit.models?.length;
  write(parts.scope, (limit.models ?? []).join(", "));
  write(parts.label, limitLabel(limit));
  write(parts.figures, [
    say(words.figures, { used: amount(limit.used, limit.dimension), limit: amount(limit.limit, limit.dimension) }),
    reserved > 0 && say(words.inFlight, { n: amount(reserved, limit.dimension) }),
    others > 0 && say(words.byOthers, { n: amount(others, limit.dimension) }),
  ].filter(Boolean).join(" · "));
  parts.used.style.width = share(limit.used - reserved - others);
  parts.reserved.style.width = share(reserved);
  parts.others.style.width = share(others);
  parts.next.hidden = !next;
  write(parts.next, next);
  element.classList.toggle("full", isFull(limit));
}

/** An account's state in a word, how it is marked, and the sentence below it. */
function standing(account) {
  if (account.parked) return ["parked", account.parked.until ? "warn" : "bad"];
  if (account.paused) return ["paused", "warn"];
  if (!account.workers) return ["noWorker", "bad"];
  return (account.limits ?? []).some(isFull) ? ["full", "warn"] : ["ready", "good"];
}

function drawNotice(notice, account, [name, kind]) {
  notice.hidden = !["parked", "paused", "noWorker"].includes(name);
  notice.classList.toggle("bad", kind === "bad");
  notice.lang = "";
  if (name === "paused") prose(notice, words.pausedNotice);
  if (name === "noWorker") prose(notice, say(words.noWorkerNotice, { account: account.account, url: location.origin }));
  if (name !== "parked") {
    if (!notice.hidden || !account.diagnosis) return;
    notice.hidden = false;
    return quote(notice, account.diagnosis);
  }
  const { message, until: end } = account.parked;
  const why = timeless(message, end).replace(`${account.account}: `, "");
  write(notice, [why, end && say(words.retryIn, { span: until(end) })].filter(Boolean).join("; "));
}

function drawAccount(parts, account) {
  const where = standing(account);
  const [name, kind] = where;
  write(parts.name, account.account);
  const parked = account.parked && `${words.parked}: ${reason(account.parked.code)}`;
  write(parts.state, [account.paused && words.paused, parked].filter(Boolean).join(" · ") || words[name]);
  mark(parts.state, kind);
  const origin = { file: words.file, environment: words.environment, env: words.environment, worker: words.broughtByWorker };
  const models = account.models ?? [];
  write(parts.about, [
    account.provider, account.tier, origin[account.origin] ?? account.origin, many(words.workersOf, account.workers ?? 0),
    say(words.inFlight, { n: amount(account.in_flight) }),
    models.length === 1 && models[0],
  ].filter(Boolean).join(" · "));
  const expected = outlook?.accounts[account.account];
  const forecast = [
    expected?.runs_out_at > serverNow() && say(words.runsOut, { when: say(words.in, { span: until(expected.runs_out_at) }) }),
    expected?.next_start_at > serverNow() + 1 && say(words.nextStart, { when: say(words.in, { span: until(expected.next_start_at) }) }),
  ].filter(Boolean).join(", ");
  parts.forecast.hidden = !forecast;
  write(parts.forecast, forecast);
  drawNotice(parts.notice, account, where);

  const limits = account.limits ?? [];
  const idle = limits.length > 6 ? limits.filter((limit) => !limit.used && !isFull(limit)) : [];
  const key = (limit) => [limit.dimension, limit.per, limit.models].join("/");
  fill(parts.limits, "limit", limits.filter((limit) => !idle.includes(limit)), key, drawLimit);
  fill(parts.rest, "limit", idle, key, drawLimit);
  parts.more.hidden = idle.length === 0;
  write(parts.moreTitle, many(words.moreLimits, idle.length));
  parts.noLimits.hidden = limits.length > 0;

  parts.models.hidden = models.length < 2;
  write(parts.modelsTitle, many(words.modelsOf, models.length));
  fill(parts.modelList, "model", models, (model) => model, (model, text) => write(model.name, text));

  const action = account.paused ? "resume" : "pause";
  write(parts.pause, words[action]);
  parts.pause.setAttribute("aria-label", `${words[action]} ${account.account}`);
  parts.pause.onclick = () => ask(parts, account, action);
}

/** Pauses or resumes an account; the next state from the server shows it. */
async function ask(parts, account, action) {
  if (parts.pause.getAttribute("aria-busy") === "true") return;
  parts.pause.setAttribute("aria-busy", "true");
  write(parts.failure, "");
  try {
    const answer = await fetch(`api/accounts/${encodeURIComponent(account.account)}/${action}`, { method: "POST" });
    if (!answer.ok) {
      const said = await answer.json().catch(() => null);
      write(parts.failure, say(words.refused, { message: said?.error?.message ?? `HTTP ${answer.status}` }));
    }
  } catch {
    write(parts.failure, say(words.refused, { message: words.unreachable }));
  }
  parts.pause.setAttribute("aria-busy", "false");
}

function drawWaits(waits, tasks) {
  at("waits-table").hidden = waits.length === 0;
  at("no-waits").hidden = waits.length > 0;
  write(at("no-waits"), tasks.pending > 0 ? words.handedOut : words.noWaits);
  fill(at("waits"), "wait", waits, (wait) => `${wait.code}/${wait.account}`, (parts, wait) => {
    write(parts.count, amount(wait.count));
    write(parts.reason, reason(wait.code));
    quote(parts.message, timeless(wait.message, wait.until));
    const due = wait.until && wait.until <= serverNow();
    write(parts.next, due ? words.soon : wait.until ? say(words.in, { span: until(wait.until) }) : "");
  });
}

function drawWorkers(workers, fleet) {
  write(at("workers-count"), say(words.workersCount, { online: amount(workers.online), total: amount(workers.total), busy: amount(workers.busy) }));
  at("workers-table").hidden = fleet.length === 0;
  at("no-workers").hidden = fleet.length > 0;
  prose(at("no-workers"), say(words.noWorkers, { url: location.origin }));
  fill(at("fleet"), "worker", fleet, (worker) => worker.worker_id, (parts, worker) => {
    write(parts.name, worker.worker_id);
    write(parts.type, worker.worker_type ?? "");
    write(parts.account, worker.account ?? "-");
    write(parts.state, words[worker.status] ?? worker.status);
    mark(parts.state, { online: "good", busy: "good", offline: "warn" }[worker.status]);
    write(parts.underWay, `${amount(worker.in_flight)} / ${amount(worker.slots)}`);
    write(parts.completed, amount(worker.tasks_completed));
    write(parts.failed, amount(worker.tasks_failed));
    const age = serverNow() - worker.last_heartbeat;
    write(parts.lastSign, !worker.last_heartbeat ? "-" : age < 2 ? words.now : say(words.ago, { span: span(age) }));
  });
}

function draw() {
  if (!state) return;
  const { tasks = {}, accounts = [], waits = [], workers = {}, fleet = [] } = state;
  write(at("version"), state.version ?? "");
  drawCounts(tasks, workers);
  fill(at("accounts"), "account", accounts, (account) => account.account, drawAccount);
  at("no-accounts").hidden = accounts.length > 0;
  drawWaits(waits, tasks);
  drawWorkers(workers, fleet);
  at("main").hidden = false;
}

// --- The connection ---

let source = null;
let lostAt = 0;
let pause = 1000;
let lastTick = Date.now();
let askedAt = -Infinity;

function connect() {
  source?.close();
  source = new EventSource("api/events?view=status");
  source.addEventListener("status", take);
  source.addEventListener("error", lose);
}

function take(event) {
  state = JSON.parse(event.data);
  receivedAt = performance.now();
  lostAt = 0;
  pause = 1000;
  write(at("connection"), words.live);
  mark(at("connection"), "good");
  at("stale").hidden = true;
  draw();
}

/** Without an answer what was expected last stays: it counts down by itself. */
async function look() {
  if (document.hidden || performance.now() - askedAt < 10e3) return;
  askedAt = performance.now();
  try {
    const answer = await fetch("api/accounts");
    if (!answer.ok) return;
    const { accounts, forecast } = await answer.json();
    const of = Object.fromEntries(accounts.map((account) => [account.account, account.forecast]));
    outlook = { allDone: forecast.all_done_at, accounts: of };
  } catch {
    // The stream says that there is no connection.
  }
}

function lose() {
  lostAt ||= Date.now();
  const time = clock(lostAt, true);
  write(at("connection"), say(words.lost, { time }));
  mark(at("connection"), "bad");
  prose(at("stale"), state ? say(words.stale, { time }) : words.never);
  at("stale").hidden = false;
  // A browser tries again by itself, but gives up for good where the answer was no stream.
  if (source.readyState === EventSource.CLOSED) {
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 15000);
  }
}

function tick() {
  // After a sleep of the machine a dead connection may look alive for long. A hidden page ticks once a minute.
  if (Date.now() - lastTick > 150e3) connect();
  lastTick = Date.now();
  if (!document.hidden) draw();
  if (state) look();
}

document.documentElement.lang = language;
translate(document);
write(at("connection"), words.connecting);
addEventListener("online", connect);
document.addEventListener("visibilitychange", tick);
setInterval(tick, 1000);
connect();
