# What the program says, in English. Fluent: https://projectfluent.org/fluent/guide/
# Keys begin with the command or the room that says them. es.ftl holds the same keys.

error = error: { $message }
hint = hint: { $message }

## man
man-written = { $count ->
    [one] 1 page written to { $folder }
   *[other] { $shown } pages written to { $folder }
}
man-unknown = there is no command `d8 { $name }`
man-unknown-next = `d8 --help` lists them
man-not-written = { $path } cannot be written: { $why }

## tables: the titles of columns, and --watch
table-account = ACCOUNT
table-age = AGE
table-at-work = AT WORK
table-attempt = ATTEMPT
table-began = BEGAN
table-busy = BUSY
table-client = CLIENT
table-done = DONE
table-failed = FAILED
table-from = FROM
table-group = GROUP
table-heard = HEARD
table-limit = LIMIT
table-models = MODELS
table-note = NOTE
table-ok = OK
table-outcome = OUTCOME
table-policy = POLICY
table-priority = PRIORITY
table-provider = PROVIDER
table-real = REAL
table-retries = RETRIES
table-room = ROOM
table-route = ROUTE
table-sent = SENT
table-state = STATE
table-status = STATUS
table-target = TARGET
table-task = TASK
table-tier = TIER
table-tokens = TOKENS
table-took = TOOK
table-type = TYPE
table-used = USED
table-worker = WORKER
table-workers = WORKERS
table-429s = 429S
watch-interval = `{ $text }` is no interval: write seconds, from 0.1 to a day, such as --watch 5
watch-lost = { $why }; trying again

## moments
moment-now = now
moment-bad = `{ $text }` is no moment; write it like 10m (from now), 2026-08-01T14:00 or 2026-08-01T14:00:00Z
moment-no-unit = `{ $text }` lacks its unit; write it like 90s, 10m or 2h

## accounts, and limits in their tables
accounts-none = no account yet: set a provider's key, such as GROQ_API_KEY, where `d8 up` runs, or start `d8 worker`
accounts-paused = paused: starts nothing more
accounts-resumed = goes on
accounts-unparked = is tried again
accounts-forgotten = what was learnt of its limits is forgotten
accounts-state-paused = paused
accounts-state-parked = parked
accounts-state-no-worker = no worker
accounts-state-ready = ready
accounts-tried-again = tried again { $when }
limits-all-models = all
limits-label-per = { $amount } { $dimension } per { $per }
limits-in-flight = +{ $amount } in flight
limits-by-others = { $amount } by others
limits-real = configured { $configured }, real { $holds }
limits-real-short = real { $holds }
limits-found = found: { $holds }
limits-counted = counted
limits-told = the provider said so
limits-parked = parked, again { $when }
limits-after-an-answer = after an answer

## workers
workers-none = no worker yet; an account of the orchestrator brings its own, and `d8 worker` joins from any machine

## tasks
tasks-none = no such task
tasks-more = there are more: the same with --after { $next }
tasks-on = on { $worker }
tasks-waits = waits
tasks-it-failed = it failed
tasks-under-way = under way
tasks-tokens = { $input } in, { $output } out
tasks-fact-task = task
tasks-fact-status = status
tasks-fact-type = type
tasks-fact-priority = priority
tasks-fact-route = route
tasks-fact-group = group
tasks-fact-client = client
tasks-fact-worker = worker
tasks-fact-created = created
tasks-fact-ended = ended
tasks-fact-waits = waits
tasks-fact-error = error
tasks-older-than-bad = `{ $text }` is no length of time; write it like 90s, 30m, 1h or 2d
tasks-which = which tasks?
tasks-which-next = name them, narrow them with --status, --route, --group, --client, --code or --older-than, or say --all
tasks-cancelled-many = { $count ->
    [one] cancel: 1 task
   *[other] cancel: { $shown } tasks
}
tasks-retried-many = { $count ->
    [one] retry: 1 task
   *[other] retry: { $shown } tasks
}
tasks-reprioritised-many = { $count ->
    [one] reprioritise: 1 task
   *[other] reprioritise: { $shown } tasks
}
tasks-cancel-really = { $count ->
    [one] Cancel 1 task?
   *[other] Cancel { $shown } tasks?
}
tasks-retry-really = { $count ->
    [one] Do 1 task again?
   *[other] Do { $shown } tasks again?
}
tasks-say-yes = say --yes where nobody can be asked; --dry-run only counts them
tasks-cannot-ask = the question cannot be asked: { $why }
tasks-left-alone = nothing was changed

## stats
stats-workers = workers
stats-tasks = tasks
stats-success = success
stats-pace = pace
stats-waiting = waiting
stats-account = account
stats-forecast = forecast
stats-workers-line = { $online } online, { $busy } busy
stats-tasks-line = { $pending } pending, { $assigned } assigned, { $completed } completed, { $failed } failed, { $cancelled } cancelled
stats-pace-line = { $completed } answers and { $tokens } tokens in the last minute; { $refused } refused for quota
stats-all-done = all done { $when }

## submit
submit-empty = the prompt is empty
submit-no-prompt = there is no prompt
submit-no-prompt-next = write it in quotes, or `-` for standard input, or --file FILE.jsonl
submit-known = { $task }: its key was taken before
submit-standard-input = standard input
submit-cannot-be-read = { $what } cannot be read: { $why }
submit-not-utf8 = standard input is not UTF-8 text
submit-not-an-object = it must be a JSON object, such as '{"{"}"source": "web"{"}"}'
submit-not-json = not JSON: { $why }
submit-goes-on = it is kept and goes on: d8 tasks show { $task }
submit-still = is still { $status }{ $why }
submit-taken = { $taken } taken, { $refused } refused
submit-refused = refused
submit-line = line { $number }
submit-a-line = a line
submit-line-too-long = line { $number } is longer than 64 MiB
submit-broke-off = the answer broke off: { $taken } taken, { $refused } refused, of the other { $unknown } nothing is known
submit-again-with-key = the same command again takes nothing twice
submit-again-without-key = with --key the same command again would take nothing twice; `d8 tasks ls` shows what was taken

## top
top-no-terminal = d8 top needs a terminal to draw on and to read keys from
top-no-terminal-next = without one: d8 stats --watch
top-no-json = d8 top draws on a terminal, and has no JSON
top-no-json-next = for programs: d8 stats --watch --json
top-terminal-failed = the terminal cannot be used: { $why }
top-opening = connecting to { $url }
top-broke-off = the connection broke off
top-lost = CONNECTION LOST { $ago } ago, trying again: { $why }
top-pending = { $count } pending
top-assigned = { $count } at work
top-completed = { $count } done
top-failed = { $count } failed
top-cancelled = { $count } cancelled
top-online = workers { $online } online, { $busy } busy
top-pace-answers = { $minute } answers in 1 min, { $five } in 5
top-pace-tokens = { $minute } tokens in 1 min, { $five } in 5
top-pace-refused = { $minute } refused (429) in 1 min, { $five } in 5
top-accounts = Accounts
top-workers = Workers
top-queue = Queue
top-tasks = Tasks: failed, at work, waiting
top-more = { $count } more
top-no-accounts = no account yet: set a key where d8 up runs, or start d8 worker
top-no-workers = no worker
top-no-queue = nothing waits
top-no-tasks = nothing is at work, nothing has failed
top-nothing-passes = nothing here matches { $filter }
top-at-work = , { $count } at work
top-built-in = built in
top-and-more = { $task } and { $count } more
top-route = route { $route }
top-choose-account = choose an account first: Tab goes from panel to panel
top-choose-failed = choose a failed task first: Tab goes from panel to panel
top-choose-open = choose a task that has not ended first: Tab goes from panel to panel
top-cancel-really = Cancel { $task }? y / n
top-not-cancelled = { $task } was left alone
top-retried = is done again
top-cancelled-task = cancelled
top-filter = filter: { $filter }
top-filtered = filter: { $filter }   (Esc shows everything)
top-keys-accounts = p pause/resume
top-keys-tasks = r retry  c cancel
top-keys-panel = Tab panel
top-keys-move = ↑↓ move
top-keys-filter = / filter
top-keys-always = ? help  q quit
top-help-title = { " " }d8 top { " " }
top-help =
    Tab, ← →     next panel       1-4  that panel
    ↑ ↓  j k     next row         PgUp PgDn Home End
    p            pause or resume the chosen account
    r            do the chosen failed task again
    c            cancel the chosen task, after asking
    /            show only what matches; Esc: everything
    q, Ctrl-C    end
    { "" }
    █ used by us   ▓ by others   ░ free
    Any key closes this.
