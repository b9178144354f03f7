# What the program says, in English. Fluent: https://projectfluent.org/fluent/guide/
# Keys begin with the command or the room that says them. es.ftl holds the same keys.

error = error: { $message }
hint = hint: { $message }

## config

config-no-folder = the current folder cannot be read: { $why }
config-note = note: { $notice }
config-no-file = no d8.toml: neither here nor at { $user }; the environment alone decides
config-is-right = { $file } is right: { $accounts ->
    [one] 1 account
   *[other] { $accounts } accounts
}, { $routes ->
    [one] 1 route
   *[other] { $routes } routes
}, { $agents ->
    [one] 1 agent
   *[other] { $agents } agents
}
config-hidden = (hidden)
config-environment = the environment
config-setting = SETTING
config-value = VALUE
config-from-line = { $file } line { $line }
config-from-variable = variable { $name }
config-from-dotenv = { $name } in { $file }
config-named-in = { $from }, named in { $file } line { $line }
config-from-catalogue = catalogue of { $date }
config-from-own-entry = [[provider]] in { $file }
config-from-default = default
config-patience = { $queued } ({ $interactive } interactive)

## reload

reload-nothing = nothing has changed
reload-faulty = nothing has changed in the running orchestrator; mend the file and give `d8 reload` again
reload-restart = { $setting } differs and needs a restart: it stays as it is until then
reload-account = account { $account }: { $what }
reload-account-added = account { $account } added ({ $provider })
reload-account-removed = account { $account } removed: its running tasks end, nothing new is given to it
reload-key = account { $account }: another key
reload-limit = limit { $from } -> { $to }
reload-limit-added = limit + { $limit }
reload-limit-removed = limit - { $limit }
reload-models = models { $models }
reload-route = route { $route }: { $level } { $targets }
reload-route-order = route { $route }: { $level } in another order
reload-route-added = route { $route } added: { $targets }
reload-route-removed = route { $route } removed
reload-route-setting = route { $route }: { $change }
reload-agent = agent { $agent } changed
reload-agent-added = agent { $agent } added
reload-agent-removed = agent { $agent } removed: what it is at is finished, nothing new is given to it
reload-workers = the rules for workers
reload-server = server: { $change }

## import

import-no-yaml = { $file } is not the YAML of a LiteLLM configuration
import-no-models = { $file } has no `model_list`: it is not the configuration of a LiteLLM proxy
import-nothing = nothing of { $file } can be used here; it has:
import-unusable = what came of it cannot be used: { $why }
import-unreadable = { $file } cannot be read: { $why }
import-unwritable = { $file } cannot be written: { $why }
import-head = Written by `d8 import litellm { $file }`. Each part says where it came from.
    rpm and tpm are ceilings; what they leave open is the catalogue's (`d8 config show`). Keys are in .env.
import-left-because = { $what }: { $why }
import-why-incomplete = it has no model_name or no litellm_params
import-why-mode = D8 does chat completions, this is { $mode }
import-why-pattern = patterns of models: name the models
import-why-provider = D8 knows no provider `{ $provider }`
import-why-wire = D8 does not speak the wire of { $provider } yet; its models can be had through `openrouter`
import-why-base = it has no api_base
import-why-unset = the variable { $name } is not set here; write the address as base_url
import-no-such-name = { $what }: there is no `{ $name }`
import-better = { $provider }, { $model }: { $what } { $written } is written; the catalogue of { $date } says { $known } for the tier `{ $tier }`: kept as your ceiling, lower it or leave it out, or name your tier (it has: { $tiers })
import-heading-better = what the catalogue knows better:
import-heading-left = not taken over:
import-moved = keys that stood in the file are now in { $file }: { $names }
import-would-move = keys that stand in the file would go to { $file }: { $names }
import-unset = set in the environment or in .env: { $names }
import-written = { $file } is written: { $accounts ->
    [one] 1 account
   *[other] { $accounts } accounts
}, { $routes ->
    [one] 1 route
   *[other] { $routes } routes
}
import-next = next: d8 config show --config { $file }, then d8 up --config { $file }
import-ask = { $file } is there already. Replace it?
import-kept = nothing was written
import-exists = { $file } is there already
import-exists-hint = give another name with --out, replace it with --yes, or look first with --dry-run
## agents

agents-none = no agent: the orchestrator's d8.toml has no [[agent]]
agents-none-hint = write one: [[agent]] with name, every = "15m", prompt and output; docs/configuration.md says all it can do
agents-unknown = there is no agent `{ $name }`
agents-did-you-mean = did you mean `{ $name }`?
agents-known = there are: { $names }
agents-trouble = { $agent }: { $why }
agents-paused = { $agent }: paused; what is under way goes on
agents-resumed = { $agent }: goes on
agents-resumed-next = { $agent }: goes on, next { $when }
agents-goes-to = its answer goes to { $output }
agents-every = every { $time }
agents-cron = cron { $line }
agents-per-day = { $times } a day
agents-state-paused = paused
agents-state-trouble = trouble
agents-state-working = working
agents-state-idle = idle
agents-col-agent = AGENT
agents-col-state = STATE
agents-col-schedule = SCHEDULE
agents-col-next = NEXT
agents-col-last = LAST
agents-col-n = N
agents-col-open = OPEN
agents-col-failed = FAILED
agents-col-skipped = SKIPPED
agents-fact-trouble = TROUBLE
agents-fact-zone = ZONE
agents-fact-queued = QUEUED
agents-fact-undelivered = UNDELIVERED
agents-fact-delivered = DELIVERED
agents-fact-topics = TOPICS
agents-fact-model = MODEL
agents-fact-overlap = OVERLAP
agents-fact-catch-up = CATCH-UP
agents-fact-output = OUTPUT
agents-fact-webhook = WEBHOOK
agents-fact-command = COMMAND
agents-fact-tasks = TASKS
agents-yes = yes
agents-no-folder = the current folder cannot be read: { $why }
agents-preview-alone = note: no orchestrator that runs this agent answers, so the numbers begin at 1 and its next work is counted from now
agents-never = { $agent } never works: its schedule names a day that no calendar has
agents-preview-topic = topic: { $topic }
agents-preview-output = goes to: { $output }
agents-preview-system = system: { $text }
agents-preview-prompt = prompt: { $text }
agents-stopped = the engine has stopped
agents-demo-begins = demonstration: emulated Groq and Gemini with the free tiers of November 2025, { $speed } times as fast as real time
agents-demo-tells-nobody = note: webhooks and commands are left out of a demonstration
agents-demo-goes-on =
    { $left ->
        [one] 1 piece of work was left: it is done
       *[other] { $left } pieces of work were left: they are done
    } first, and no more this time
agents-demo-so-far = { $done } of { $total }
agents-demo-done = { $done } of { $total } done in { $time }
agents-demo-score = the emulated providers accepted { $accepted } requests and refused { $refused }
agents-demo-filler = their answers are filler text, kept apart in the folder demo; with your own keys, `d8 up` writes real ones
agents-demo-same-command = nothing is lost: the same command goes on
agent-nameless = an agent needs a name without slashes
agent-twice = two agents are named `{ $name }`
agent-no-route = there is no route `{ $name }`
agent-routes-are = the routes are
agent-no-model-next = `d8 accounts ls` lists the models there are; without `model` it is the default route
agent-unknown-name = unknown name `{ $name }`
agent-no-topics = the agent has no topics; add `topics = ["..."]`
agent-names-are = the names here are: { $known }; add yours with `{ $vars }`
agent-too-often = an agent works once a second at most
agent-never-works = `per_day` of 0 never works
agent-one-schedule = an agent has one of `every`, `cron` and `per_day`
agent-write-schedule = write `every = "15m"`, `cron = "*/15 * * * *"` or `per_day = 100`
agent-unknown-zone = unknown zone `{ $name }`
agent-write-zone = write it like `Europe/Madrid`, `America/Mexico_City` or `UTC`
agent-no-hours = `{ $written }` are no hours of a day
agent-hours-turned = the hours end before they begin
cron-fields = a cron line has five fields, not { $count }
cron-fields-next = minute, hour, day of the month, month, day of the week: `*/15 * * * *`
cron-no-such = `{ $written }` is no { $field ->
    [minute] minute
    [hour] hour
    [day] day of the month
    [month] month
   *[weekday] day of the week
}
cron-takes = it is `*`, or { $least } to { $greatest }, also as a range, a list or with a step
cron-never = `{ $line }` never comes
cron-never-next = no month has such a day: `0 9 1 * *` is the first of each
agent-route-and-model = `route` and `model` say the same thing
agent-give-one = give one of them
agent-priority = a priority is 1 to 10, higher first
agent-no-tokens = an answer of 0 tokens says nothing
agent-temperature = a temperature is 0 to 2
agent-schema-of-text = a schema is for JSON, but `response_format` is `text`
agent-no-schema = a schema is a table or a file of JSON
agent-write-schema = write `{ $table }` or `schema = "file:answer.schema.json"`
agent-schema-unreadable = the schema's file { $file } cannot be read: { $why }
agent-schema-no-json = the schema's file { $file } is no JSON: { $why }
agent-write-topic = write a topic as { $example } or { $table }, or `file:` and a path
agent-topic-more = a topic holds more than texts
agent-topic-lacks = a topic lacks its `topic`
agent-topic-no-text = a topic is no text
agent-topics-unreadable = the file { $file } of topics cannot be read: { $why }
agent-topics-empty = the file { $file } holds no topic
agent-no-topic-list = no list `topics`
agent-write-topics = write `{ $example }`
agent-topics-common = what all topics have in common must be texts
agent-topic-without = the topic `{ $topic }` has no `{ $name }`
agent-topic-without-next = give it to every topic, or to all of a file above its list
agent-language-no-topics = `{ $what }` is given by language, but the agent has no topics
agent-topics-language = topics have a language: `{ $example }`
agent-every-topic-language = `{ $what }` is given by language, so every topic needs one
agent-language-nothing = `{ $what }` has nothing for the language `{ $language }`
agent-file-unreadable = the file { $file } cannot be read: { $why }
agent-file-unreadable-next = write the { $what } itself, or `file:` and a path beside d8.toml
agent-text-empty = the { $what } is empty
agent-not-in-braces = `{ $name }` cannot stand in braces
agent-not-in-braces-next = a name is letters, digits, `_` and `-`
agent-own-meaning = `{ $name }` has its own meaning
agent-other-name = choose another name
agent-no-value = `{ $name }` has no value
agent-no-text = `{ $what }` is no text
agent-no-text-next = write `{ $what } = "..."`, or one for each language: `{ $what }.es = "..."`
agent-output-nameless = the output has no name
agent-no-program = the command names no program
agent-write-command = write it like `command = ["publish", "--draft"]`; no shell reads it
agent-webhook-no-url = the webhook is no URL: { $why }
agent-webhook-write = write it whole, as in https://example.com/hooks/d8
agent-webhook-too-long = the webhook is longer than 2048 bytes
agent-webhook-shorten = shorten it
agent-webhook-scheme = the webhook begins with `{ $scheme }:`, but only http and https are told
agent-webhook-user = the webhook carries a user name or a password
agent-webhook-leave-out = leave it out: the receiver knows D8 by the signature in `webhook-signature`
agent-webhook-not-public = the webhook's host { $host } is { $what ->
    [metadata] a cloud's metadata address
    [nowhere] no address of a machine
    [private] a private address
    [carrier] an address inside a provider's network
    [here] this machine itself
    [link-local] a link-local address
    [reserved] a reserved address
    [example] an address for examples
    [six-to-four] a 6to4 address
    [multicast] a multicast address
    [mapped] an IPv4 address written as IPv6
    [nat64] a NAT64 address
   *[local-name] a name of this machine or network
}, and callbacks go to public addresses only
agent-webhook-public = give a public URL, or, where the receiver is your own, write `allow_private_callbacks = true` under [server]
agents-piece-failed = { $task } failed; `d8 tasks show { $task }` says why
agents-program-late = was not done within { $seconds } s and was stopped
agents-program-unstartable = cannot be started: { $why }
agents-program-lost = was lost: { $why }
agents-program-ended = ended with { $status }
agents-no-request = its request is none that a provider takes
## Everywhere

note = note: { $message }
warning = warning: { $message }
no-tls = the TLS library cannot be set up
no-threads = no threads can be started: { $error }
folder-unreadable = the current folder cannot be read: { $error }
unwritable = { $path } cannot be written: { $problem }
engine-stopped = the engine has stopped
model-unknown = the model `{ $asked }` is neither a route nor a model of any account
model-unknown-near = the model `{ $asked }` is neither a route nor a model of any account; did you mean `{ $near }`?
state-task = { $state }
state-worker = { $state }
state-attempt = { $state }
system-error =
    { $kind ->
       *[other] { $words }
    }
no-reply-in-time = no answer in time
no-reply-no-connection = no connection
no-reply-broke-off = the connection broke off
no-reply-too-much = the answer is larger than 64 MiB
no-reply-unfit-key = the key holds characters that no header can carry
no-http-client = account `{ $account }`: no HTTP client: { $why }
policy-no-retry = 429, and the policy `{ $name }` does not retry
policy-retried = 429, still after { $count } retries of the policy `{ $name }`
policy-only-429 = the policy `{ $name }` retries nothing but a 429

## up

up-token = token for callers from other machines, shown only once: { $token }
up-token-kept = it is kept in { $file }
up-no-account = no account: neither d8.toml nor the environment names a key; only workers that bring their own are served
up-no-account-hint = run `d8 setup`, or set GROQ_API_KEY or GEMINI_API_KEY, in the environment or in a file named .env, and start again
up-account = account { $account }: { $provider }, { $models ->
    [one] 1 model
   *[other] { $models } models
}, { $served }
up-served-here = served here
up-waits-for-worker = waits for a worker with its key
up-agent = agent { $agent }: { $schedule }
up-agent-paused = agent { $agent }: { $schedule }, paused
up-ready = ready; Ctrl-C ends it
up-stopping = stopping: what is under way may end; Ctrl-C again ends at once
up-still-under-way = stopping: some calls are still under way; they count as spent
up-start-again = start it again: what was acknowledged is kept, and it goes on where it stopped

## token

token-hint = set `[server] token` in d8.toml, or D8_SERVER__TOKEN, or listen on 127.0.0.1
token-no-folder = a token is needed beyond this machine, and there is no data folder to keep one in
token-unreadable = the server's token in { $path } cannot be read: { $why }
token-unwritable = the server's token in { $path } cannot be written: { $why }
token-no-randomness = no token can be made: the system gives no random numbers: { $why }

## run

run-demo = demonstration: emulated Groq (30 requests a minute) and Gemini (15 a minute), the free tiers of November 2025; { $speed } times as fast as real time
run-demo-score = the emulated providers accepted { $accepted } requests and refused { $refused }
run-demo-all-done-before = all of it was done before; --run with a new name does it again
run-to-do = { $open } to do
run-before = , { $before } done before
run-allowed-in = the quotas allow it in about { $left }
run-allowed-by = the quotas allow it by about { $at }
run-bad-line = line { $line }: { $problem }
run-no-line = the input holds no line of work
run-progress = { $ended } of { $total } · { $facts }
run-failed = { $failed } failed
run-rate = { $rate } a minute
run-done-in = done in about { $left }
run-bar-rate = { $rate }/min
run-bar-left = done in ~{ $left }
run-done = { $done } of { $total } done in { $time }
run-not-done = , { $failed } not
run-refused = ; { $refused } refused for quota
run-bound = ; the quotas allow no less than { $bound } ({ $percent } % of the bound)
run-done-by = the work is done by process { $process }, which holds the store
run-goes-on-here = the process that did the work has gone; it goes on here
run-stopped-early = stopped before the input was read to its end
run-stopped-early-hint = the same command goes on; nothing is lost
run-same-command = run the same command again: what was done is kept
run-then-same-command = then run the same command again: what was done is kept
run-make-room = make room or mend it, then run the same command again: what was done is kept
run-hopeless = stopped: nothing can serve the remaining { $open }
run-time-up = stopped: the time is up; the same command goes on
run-stopped = stopped; the same command goes on where this one ended
run-not-done-yet = not done yet; run the same command again
run-no-answer = its answer is not in the store
run-cancelled = cancelled
run-allows-nothing = { $account }: { $limit } allows nothing; choose another model or tier
run-no-route = no account serves their route; name one with -m or add it to d8.toml
run-no-account = no account: neither d8.toml nor the environment names a key
run-no-account-hint = run `d8 setup`, or set GROQ_API_KEY or GEMINI_API_KEY, in the environment or in a file named .env
run-no-account-demo = or try it without a key: d8 run --demo FILE.jsonl
run-set-up-otherwise = { $refused }, and it is set up otherwise: { $all }
run-set-up-otherwise-hint = make both the same, stop the other one, or use another store (store.url in d8.toml)
run-hand-over = or hand the work over as it is: the same command with --orchestrator URL
run-orchestrator-gone = the orchestrator has gone
run-unknown-form = the orchestrator answers in a form that this d8 does not know: { $error }
run-same-version = use the same version of d8 for both
run-in-and-out = { $path } is input and output at once
run-other-output = name another file with -o
run-other-output-or-rights = name another file with -o, or mend the folder's rights
run-is-folder = it is a folder
run-is-no-file = it is no file; -o - writes to standard output
run-is-read-only = it is read-only
run-no-output = standard output cannot be written: { $error }
run-unreadable = { $path } cannot be read: { $error }
run-unreadable-hint = name a file of one JSON object a line, or - for standard input
run-no-input = standard input cannot be read: { $error }
run-input-broken = the input cannot be read: { $error }
run-line-too-long = longer than 64 MiB
run-line-not-utf8 = not UTF-8 (byte { $byte })
run-line-no-object = not a JSON object: { $problem }
run-line-method = `method` is "{ $method }"; only POST is known
run-line-url = `url` is "{ $url }"; only { $known } is known
run-line-no-work = neither `messages` nor `prompt` nor `body` is there
run-line-prompt = `prompt` must be a string, and stand without `messages`
run-line-id = `id` must be a string
run-line-priority = `priority` must be 1 to 10

## demo

demo-introduction =
    { $tasks } tasks of Content Empire and Device Farm for each of them, on emulated free
    tiers of November 2025: Gemini 15 requests a minute and 1,500 a day, Groq 30 and
    14,400. Each has keys of its own, so that the quotas are the same for all.
    Time runs { $speed } times as fast: a minute takes { $minute } s.
demo-day-left = Of Gemini's day only { $left } requests are left, which nobody is told beforehand.
demo-stopped = stopped before the end; nothing is left behind
demo-on = on { $quotas }:
demo-next =
    next: put your keys into the environment or into .env; then `d8 run FILE.jsonl`
    does a file of work and `d8 up` serves an API. The README tells how.
demo-true-speed = at true speed: resilient { $resilient }, D8 { $d8 }; with Groq { $resilient_both }, { $d8_both }
demo-plain = plain worker
demo-plain-both = two plain workers
demo-resilient = resilient worker
demo-resilient-both = resilient + Groq worker
demo-both = both
demo-short-plain = plain
demo-short-resilient = resilient
demo-short-resilient-both = resilient+Groq
demo-standing = { $who }: { $done } of { $total } in { $time }
demo-lost = , { $failed } lost
demo-not-yet = , { $left } not yet
demo-refused =
    { $refused ->
        [0] , no 429
        [one] , one 429
       *[other] , { $refused } 429s
    }
demo-least = ; the quotas allow no less than { $least }
demo-title-quotas = QUOTAS
demo-title-who = WHO
demo-title-done = DONE
demo-title-lost = LOST
demo-title-busy = BUSY
demo-title-wait = WAIT
demo-title-left = LEFT
demo-title-time = TIME
demo-title-progress = PROGRESS

## worker

worker-bad-url = the orchestrator's URL cannot be read: { $why }
worker-bad-url-hint = write it like http://pi:5000, with a token like http://d8:TOKEN@pi:5000
worker-begins = worker { $worker } ({ $kind }) works for { $origin }, up to { $slots } attempts at once
worker-serves = it serves account `{ $account }` ({ $models }); its limits are kept by the orchestrator; Ctrl-C ends it
worker-no-models = no models
worker-models = { $first } and { $more } more
worker-lost = the orchestrator at { $origin } does not answer ({ $why }); trying again until it does
worker-back = the orchestrator at { $origin } is back
worker-poll-refused = the orchestrator refuses a poll (HTTP { $status }: { $message })
worker-undelivered = some reports could not be delivered; the orchestrator takes their attempts for lost and goes on
worker-ended = task { $task }, attempt { $attempt }: { $what }
worker-answered = answered in { $seconds } s
worker-answered-tokens = answered in { $seconds } s, { $input } tokens in, { $output } out
worker-refused = refused for quota, so it waits
worker-overloaded = the provider is overloaded
worker-no-answer = no answer
worker-cut = its stream broke off
worker-too-large = too large for this model
worker-rejected = the request is refused
worker-bad-key = the provider refuses the key
worker-no-money = the account has no money
worker-no-model = the account does not have the model
worker-given-back = given back unsent
worker-bad-key-next = put the right key where this worker's is, start it again, and unpark the account: d8 accounts unpark
worker-no-money-next = pay the provider, then unpark the account: d8 accounts unpark
worker-no-model-next = name other models for the account in d8.toml
worker-not-its-own = the attempt is no longer this worker's
worker-report-dropped = task { $task }, attempt { $attempt }: the report is dropped: { $why }
worker-ending = ending: { $count } under way may take { $seconds } s more; Ctrl-C again ends at once
worker-not-let-in = the orchestrator at { $origin } does not take this worker: { $why }
worker-token-next = give its token with the URL, as in http://d8:TOKEN@HOST:PORT, or as { $variable }
worker-other-server-next = look whether d8 up runs there, and in this version
worker-look-there-next = look at what d8 up said when it started there
worker-no-orchestrator = it is no orchestrator of D8
worker-other-protocol = it speaks version { $theirs } of the protocol, this worker version { $ours }
worker-no-client = no HTTP client: { $why }
worker-page-for-people = it answered with a page for people
worker-answers-otherwise = it does not answer as an orchestrator of D8 does
worker-odd-token = the token holds characters that no header can carry
worker-no-randomness = the system gives no random numbers: { $why }
worker-no-such-account = the file that --config names has no account `{ $name }`
worker-its-key = account `{ $account }`: its api_key
worker-no-known-models = the catalogue lists no models for `{ $provider }`
worker-no-known-models-next = write an [[account]] with `models` into d8.toml, and name it with --account
worker-no-base-url = it is not said where the server of `{ $provider }` is
worker-no-base-url-variable = name it with --base-url, or in { $variable }
worker-no-base-url-file = name it with --base-url, or as base_url in d8.toml
worker-no-key = there is no key for { $provider }
worker-placeholder = { $place } holds only the example text of a template, no key
worker-key-next = write { $variable }=... into the file .env.worker.{ $provider } in { $folder }, or set it before d8 starts
worker-no-type = it is not said which provider the worker calls
worker-no-type-next = name it, as in --type groq, or as WORKER_TYPE in .env.worker
worker-unknown-type = unknown worker type `{ $kind }`
worker-other-provider = account `{ $account }` is one of `{ $own }`, not of `{ $kind }`
worker-other-provider-next = leave the type out, or say --type { $own }

## emulate

emulate-cannot-listen = cannot listen on { $address }: { $error }
emulate-cannot-listen-hint = name another with --listen, or port 0
emulate-serving = serving /openai/v1 (Groq), /v1 (OpenAI), /v1beta (Gemini), /__d8/score; Ctrl-C ends it
emulate-bad-speed = --speed must be above zero
emulate-no-time = `{ $written }` is not a time
emulate-write-fault = write it as KIND=PROBABILITY, such as 503=0.05
emulate-no-probability = a probability is between 0 and 1, not { $written }
emulate-unknown-fault = unknown fault `{ $written }`: use one of { $known }
emulate-unknown-tier = unknown tier `{ $written }`: the emulator knows { $known }

## simulate

simulate-no-scenario = there is no scenario `{ $name }`
simulate-all-scenarios = all: every one of these
simulate-plot-one = --plot draws one scenario
simulate-plot-one-hint = name one in place of all
simulate-other-plot = name another file with --plot
simulate-cells = bound to time (where windows slide, to the bound of what can be seen), and how many 429s
simulate-no-work = there is no work to do
simulate-no-work-hint = name a file with at least one good line
simulate-no-account = --down: there is no account `{ $name }`
simulate-there-are = there are { $names }
simulate-still-open =
    { $open ->
        [one] { $policy }: 1 task was still open after { $longest }
       *[other] { $policy }: { $open } tasks were still open after { $longest }
    }
simulate-seen = seen: the ratio to the bound where sliding windows are longer by what nobody can see of the way there
scenario-about =
    { $scenario ->
        [wild-tokens] work bound by tokens, sizes from a tenth to ten times the usual
        [one-in-five] one task in five fits one target only
        [one-bucket] one account, 30 requests a minute, bucket
        [one-fixed] one account, 15 requests a minute of the clock
        [one-sliding] one account, 30 requests in any minute
        [groq-gemini] Groq and Gemini as of November 2025
        [twenty] 20 accounts of mixed kinds
        [jitter-50ms] sliding; requests travel up to 0.05 s
        [jitter-200ms] sliding; up to 0.2 s
        [jitter-1s] sliding; up to 1 s
        [tail-50ms] sliding; a heavy tail over 5 ms
        [tail-200ms] sliding; a heavy tail over 20 ms
        [tail-1s] sliding; a heavy tail over 0.1 s
        [others-jitter-1s] bucket and fixed; up to 1 s
        [others-tail-1s] bucket and fixed; a heavy tail over 0.1 s
        [foreign-told] others take 30 %; headers tell what remains
        [foreign-silent] others take 30 %; the wire is silent
        [too-high] limits believed 50 % too high
        [unknown] no limits known
        [slices] 300 a minute and 30 of a bucket, enforced as 5 and as 1 in a second, which nobody says
        [down] Groq answers 503 for ten minutes
        [day-end] 1,000 a day, over a midnight in Los Angeles
        [day-of-23-h] the same over the day of 23 hours
        [day-of-25-h] the same over the day of 25 hours
        [clock-ahead] the provider's clock is 3 s ahead
        [clock-behind] the provider's clock is 3 s behind
       *[other] ?
    }
simulate-plot-tasks = Quota use: { $count ->
    [one] 1 task
   *[other] { $count } tasks
}
simulate-plot-scenario = Quota use: { $about }
simulate-no-moment = `{ $written }` is no moment; write it like 2026-11-01T00:00:00Z
simulate-no-number = `{ $written }` is no number
simulate-no-share = `{ $written }` must be at least 0 and less than 1
simulate-no-factor = `{ $written }` must be more than 0
simulate-no-outage = `{ $written }` is no outage; write an account and a time from the start, such as groq=10m..20m
simulate-title-scenario = SCENARIO
simulate-lost = { $count } lost
simulate-lost-share = { $share } % lost
simulate-not-done = , not done
simulate-title-policy = POLICY
simulate-title-completed = COMPLETED
simulate-title-time = TIME
simulate-title-bound = BOUND
simulate-title-ratio = RATIO
simulate-title-wait = WAIT P50
simulate-title-peak = PEAK
simulate-title-mean = MEAN A WINDOW
simulate-title-in-all = IN ALL
simulate-ratio-seen = { $ratio } (seen { $seen })
plot-used = used of the limit, in its own window
plot-limit = the limit
plot-refusal = a request refused (429)
plot-done = { $done } of { $total } done in { $span }
plot-refused = { $refused } refused, { $failed } failed
plot-since-start = { $unit } since the start
plot-end = end
plot-429s = 429s
simulate-unknown-policy = unknown policy `{ $name }`; there are { $known }
simulate-no-route = no account serves the route `{ $name }`
simulate-no-route-next = write an [[account]] into d8.toml, set a provider's key, or add --demo for the free tiers of November 2025

## Commands and their orchestrator

client-unreachable = no orchestrator answers at { $url }: { $why }
client-stranger = { $url } answered { $status }, and not as an orchestrator does
client-unreadable = the orchestrator's answer cannot be read: { $why }
client-no-name = `{ $name }` is no name
client-no-client = no HTTP client: { $why }
client-give-token = give its token: D8_TOKEN, or --orchestrator http://d8:TOKEN@HOST:PORT; `d8 up` keeps it where it runs
client-tried-before = tried before: { $other }
client-another-program = another program may have that port (on macOS AirPlay uses 5000): name the right one with --orchestrator
client-same-version = are d8 and the orchestrator of the same version?
client-start-one = start one with `d8 up`, or name another with --orchestrator URL or ORCHESTRATOR_URL
client-check-address = check the address, and that `d8 up --listen 0.0.0.0:5000` runs there and no firewall is between
client-refused = refused with status { $status }
client-no-connection = no connection
client-broke-off = the connection broke off
client-nothing-listens = the connection is refused, so nothing listens there
client-no-way = there is no way to it
client-silence = no answer within { $longest }
client-no-url = { $origin } is no URL of an orchestrator: { $why }
client-no-url-hint = write it like { $default }, or http://d8:TOKEN@raspberrypi.local:5000
client-holder = the holder of { $store }
client-default = the default

## Moments

moment-now = now
moment-ago = { $length } ago
moment-ahead = in { $length }
clock-never = never
clock-tomorrow = { $time } tomorrow
clock-on = { $time } on { $day }
clock-year = { $time } on { $day } { $year }
clock-day =
    { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }

## Limits

limit-requests =
    { $amount ->
        [one] 1 request
       *[other] { $amount } requests
    } { $each }
limit-tokens =
    { $amount ->
        [one] 1 token
       *[other] { $amount } tokens
    } { $each }
limit-input-tokens =
    { $amount ->
        [one] 1 input token
       *[other] { $amount } input tokens
    } { $each }
limit-output-tokens =
    { $amount ->
        [one] 1 output token
       *[other] { $amount } output tokens
    } { $each }
limit-cost = { $amount } { $each }
limit-concurrency = { $amount } at once
limit-unknown-requests-minute = requests a minute
limit-unknown-tokens-minute = tokens a minute
limit-unknown-requests-day = requests a day
limit-unknown-tokens-day = tokens a day
limit-sliced = { $limit }, { $amount } in any { $length }
limit-found = { $amount } { $what } per { $length }
amount-requests =
    { $amount ->
        [one] 1 request
       *[other] { $amount } requests
    }
amount-tokens =
    { $amount ->
        [one] 1 token
       *[other] { $amount } tokens
    }
amount-input-tokens =
    { $amount ->
        [one] 1 input token
       *[other] { $amount } input tokens
    }
amount-output-tokens =
    { $amount ->
        [one] 1 output token
       *[other] { $amount } output tokens
    }
period =
    { $unit ->
        [month]
            { $count ->
                [one] month
               *[other] { $count } months
            }
        [day]
            { $count ->
                [one] day
               *[other] { $count } days
            }
        [hour]
            { $count ->
                [one] hour
               *[other] { $count } h
            }
        [minute]
            { $count ->
                [one] minute
               *[other] { $count } min
            }
        [second]
            { $count ->
                [one] second
               *[other] { $count } s
            }
       *[millisecond] { $count } ms
    }
period-each =
    { $unit ->
        [month]
            { $count ->
                [one] a month
               *[other] per { $count } months
            }
        [day]
            { $count ->
                [one] a day
               *[other] per { $count } days
            }
        [hour]
            { $count ->
                [one] an hour
               *[other] per { $count } h
            }
        [minute]
            { $count ->
                [one] a minute
               *[other] per { $count } min
            }
        [second]
            { $count ->
                [one] a second
               *[other] per { $count } s
            }
       *[millisecond] per { $count } ms
    }
reset-midnight = midnight { $zone }
reset-time = { $time } { $zone }
reset-pacific = Pacific
reset-day = day { $day }, { $reset }

## Why a task failed

ending-too-large = larger than a limit of every account that could serve it
ending-provider-error = the provider refuses the request
ending-attempts-exhausted = every attempt met a fault
ending-deadline-exceeded = its deadline passed
ending-quarantined = set aside: its worker fell silent each time

## Why something waits

wait-quota-used-up = quota used up
wait-limit-used-up = { $limit } used up
wait-next-in = { $account }: { $what }, next in { $left }
wait-next-after-answer = { $account }: { $what }, next after an answer
wait-why-in = { $why }, in { $left }
wait-quota-next = wait, or add an account or a backup to the route
wait-parked-next = mend it, then try it again: d8 accounts unpark NAME
wait-not-before = its time has not come
wait-backoff = it met a fault and is tried again
wait-order = others are before it
wait-order-next = a higher priority goes first
wait-patience = it waits for the primary of its route, then takes the backup
wait-workers = { $account }: every worker is busy or has not asked for work yet
wait-workers-next = start another worker
wait-no-worker = { $account }: no worker serves it now
wait-no-worker-next = start one: d8 worker --type ... --orchestrator URL
wait-no-skill = no worker can do it: none names its type, or none can carry what it asks for
wait-no-skill-next = start a worker whose capabilities.task_types names the type
wait-paused = { $account } is paused
wait-paused-next = resume it: d8 accounts resume { $account }
wait-paused-route = its route is paused
wait-paused-route-next = resume it: POST /api/routes/NAME/resume
wait-no-target = no account can serve it
wait-no-target-next = add an account in d8.toml, or start a worker that brings one
turn =
    ; its turn comes about { $at }{ $before ->
        [0] , it is the first in line
        [one] , after one other
       *[other] , after { $before } others
    }

## Why an account takes nothing

parked-quota-refused = refused for quota; somebody else may be using the key
parked-overloaded = the provider has no capacity
parked-bad-key = the key was refused; check it and run the same command again
parked-no-money = the account has no money left; top it up and run the same command again
parked-model-unavailable = the provider does not serve this model to this account; name another one
parked-again = { $name }: { $why }, tried again in { $left }
refused = { $what }: refused for quota; somebody else may be using the key, or the limit is lower than configured; tried again in { $left }
spent =
    { $account }: the key is valid and the set-up is right; { $tier ->
        [free] the free tier's
       *[other] the
    } { $period } ({ $amount }) is spent{ $others ->
        [none] {""}
        [all] , none of it by D8
        [most] , most of it not by D8
       *[part] , part of it not by D8
    }; { $again }; { $instead }.
spent-configured = { $amount }; { $configured } were configured
spent-again = free again at { $until }
spent-again-resets = free again at { $until } ({ $resets })
spent-again-answer = free again after an answer
spent-instead = { $other } takes over
spent-nobody = no other account can take over: add one, or wait

## What is to be expected

forecast-runs-out = runs out at { $at }
forecast-has-run-out = has run out
forecast-at-limit = at its limit
forecast-next = next start { $at }
forecast-next-now = next start now
## man
man-written = { $count ->
    [one] 1 page written to { $folder }
   *[other] { $shown } pages written to { $folder }
}
man-unknown = there is no command `d8 { $name }`
man-unknown-next = `d8 --help` lists them
man-not-written = { $path } cannot be written: { $why }
## probe: one small real question to a provider

probe-works = { $provider } answers: { $model }, { $latency }
probe-wrong-key = { $provider } refuses the key: "{ $words }"
probe-no-model = { $provider } accepts the key, but does not serve { $model }, or not to this key: "{ $words }"
probe-spent-day = The key is valid; the day's quota is used up{ $limit }
probe-spent-month = The key is valid; the month's quota is used up{ $limit }
probe-spent-short = The key is valid; { $limit } are used up at the moment
probe-spent-unknown = The key is valid; a quota is used up, and the provider does not say which
probe-spent-until = { $spent }; there is room again at { $until }
probe-no-money = The key is valid; { $provider } wants money first: "{ $words }"
probe-country = { $provider } does not serve the country that you are in: "{ $words }"
probe-overloaded = { $provider } has a fault or no capacity at the moment ({ $status }), so the key was not judged: "{ $words }"
probe-strange = An answer that is not { $provider }'s ({ $status }): "{ $words }"
probe-dns = The name of { $provider }'s server has no address ({ $words })
probe-refused = At { $provider }'s address nobody listens ({ $words })
probe-unreachable = There is no way to { $provider } ({ $words })
probe-timeout = { $provider } gives no answer ({ $words })
probe-tls = The connection to { $provider } cannot be trusted ({ $words })
probe-proxy = The proxy lets nobody through to { $provider } ({ $words })
probe-broken = The connection to { $provider } broke off ({ $words })
probe-next-wrong-key = copy the whole key again, or make a new one at the provider
probe-next-no-model = choose another model
probe-next-spent = nothing: work that is handed in waits until there is room again
probe-next-no-money = add credit at the provider, or use an account with a free tier
probe-next-country = use another provider; d8 providers shows them
probe-next-overloaded = try again in a few minutes
probe-next-network = check the network, and the address if you wrote one yourself
probe-next-refused = start the server, or correct the address
probe-next-timeout = check the network, the firewall and the address, then try again
probe-next-tls = check this machine's clock; behind a company's proxy its certificate must be installed in the system
probe-next-proxy = check HTTPS_PROXY and NO_PROXY
probe-next-strange = check the base URL
probe-limit = { $what ->
    [request] { $amount } request
    [requests] { $amount } requests
    [count] { $amount }
    [tokens] { $amount } tokens
    [input] { $amount } input tokens
    [output] { $amount } output tokens
    [concurrency] { $amount } at once
   *[cost] { $amount } of money
} { $per ->
    [second] a second
    [minute] a minute
    [hour] an hour
    [day] a day
    [month] a month
    [other] in { $length }
   *[none] {""}
}

## setup

setup-no-terminal = There is no terminal to ask at
setup-no-terminal-hint = for scripts: d8 setup groq --key-stdin --yes, with the key on standard input
setup-terminal-fault = The terminal cannot be asked: { $error }
setup-stopped = Stopped; nothing was written
setup-no-folder = The current folder cannot be read: { $error }
setup-mend-first = mend that file first, or name another with --config
setup-choose-provider = Which provider?
setup-which = It is not said which provider
setup-which-hint = name one of { $ids }
setup-unknown-provider = There is no provider "{ $name }"
setup-did-you-mean = did you mean { $name }?
setup-not-spoken = { $provider } speaks a wire of its own that D8 does not speak yet
setup-not-spoken-hint = its models can be had through openrouter, or a gateway as openai-compatible
setup-any-server = Other server
setup-gives-local = your own machine, no key, no limits
setup-gives-unknown = whatever speaks OpenAI's wire: a gateway, LM Studio
setup-gives-nothing = costs money
setup-gives-free = free
setup-gives-limits = free: { $limits } ({ $date })
setup-help-choose = arrows move, typing filters, Enter takes, Esc ends
setup-help-choose-short = arrows move, Enter takes, Esc ends
setup-help-choose-some = Space marks, Enter takes what is marked, the first is the default
setup-help-key = paste it and press Enter; nothing of it is shown
setup-keys-at = A key for { $provider } is made at { $url }
setup-any-key = A server that asks for no key takes any word
setup-ask-key = Key for { $provider }:
setup-key-length = { $length ->
    [one] 1 character received
   *[other] { $length } characters received
}
setup-key-doubt = Keys of { $provider } begin with { $begins } as a rule, this one does not
setup-key-empty = There is no key in that
setup-key-placeholder = That is the example text of a template, not a key
setup-key-unfit = That is no key: there is white space in it, or a character that keys do not have
setup-stdin-hint = give the key alone, such as: printenv MY_KEY | d8 setup groq --key-stdin --yes
setup-stdin-unreadable = Standard input cannot be read: { $error }
setup-key-there = There is a key already. Which one?
setup-use-account-variable = The one of account { $account } ({ $variable })
setup-use-variable = The one in { $variable }
setup-use-account = The one of account { $account }
setup-use-file = The one in { $path }
setup-other-key = Another key
setup-no-key = There is no key for { $provider }
setup-no-key-hint = give it on standard input: d8 setup { $id } --key-stdin --yes
setup-account-there = Account { $account } is there already, with another key. And this one?
setup-server-there = Account { $account } is there already
setup-set-up-again = Set { $account } up again
setup-add-second = Add it as a second account, { $account }
setup-replace = Replace the key of { $account }
setup-confirm-replace = Account { $account } has another key. Replace it?
setup-other-provider = Account { $account } is one of { $provider }
setup-other-provider-hint = give it another name with --account
setup-choose-tier = Which plan of { $provider } is the account on?
setup-ask-url = Where is { $provider }?
setup-no-url = It is not said where { $provider } is
setup-no-url-hint = name it with --base-url, such as http://127.0.0.1:1234
setup-listing = Asking { $url } for its models
setup-choose-models = Which models?
setup-choose-model = Which model?
setup-no-list = { $url } lists no models
setup-ask-model = Model:
setup-start-server = start it: `{ $command }`; or say where it is: --base-url URL
setup-offline-model-hint = or name the model and write without asking: --model NAME --offline
setup-no-model = It is not said which model
setup-no-model-hint = name one with --model
setup-asking = Asking { $model } at { $url } for one word
setup-unasked = The key was not tried out
setup-advice = What helps: { $advice }
setup-what-now = What now?
setup-again = Try again
setup-other-model = Another model
setup-write-anyway = Write it anyway
setup-give-up = End; nothing is written
setup-nothing-written = nothing was written
setup-model-hint = nothing was written; name another model with --model
setup-offline-hint = nothing was written; --offline writes it without asking the provider
setup-file-head = # What D8 may use. The keys themselves are in .env, beside this file.
setup-wrote-config = { $path }: account { $account } is written
setup-kept-config = { $path }: account { $account } stays as it is
setup-wrote-key = { $path }: { $variable } is written; only you can read the file
setup-wrote-open = { $path }: { $variable } is written; others may be able to read the file ({ $why })
setup-shut = { $path }: others could read the keys in it; now only you can
setup-not-shut = { $path }: others can read the keys in it, and that could not be changed ({ $why })
setup-only-environment = The key is only in this shell's environment ({ $variable }): other shells, services and a restart do not find it. This keeps it in .env:
setup-other-folder = choose another folder, or name a file that can be written: --config FILE
setup-shadowed = Careful: { $variable } has another value in your environment, which goes before .env. Unset it there
setup-one-quota = Keys of one project or organisation share one quota. If this is such a key, write quota_group = "{ $first }" into both accounts
setup-route = Your route "default" leaves { $account } out: add "{ $account }/{ $model }" to its primary
setup-costs = What { $account } does may cost money; limits of your own, such as { "{" } cost = 5.00, per = "1mo" { "}" }, hold it back
setup-limits = Limits that D8 will respect ({ $model }):
setup-no-limits = No limits of { $model } are known; D8 learns them from the provider's headers and refusals
setup-no-limits-local = No limits: { $model } runs on a machine of yours, 4 requests at once
setup-limit-of-catalogue = by the catalogue of { $date }
setup-limit-of-file = your own, in d8.toml
setup-limit-of-headers = seen in headers: { $left } left
setup-limit-confirmed = { $by }; headers: { $left } left
setup-limit-differs = { $by }; headers: { $amount }, { $left } left
setup-start-now = Start D8 now?
setup-reload-now = D8 runs at { $url }. Let it read the files again now?
setup-next-reload = D8 runs already: it reads the files again
setup-next-accounts = its quota, as D8 sees it
setup-next = Next:
setup-next-up = starts D8: the queue, the page, the API
setup-say-hello = d8 submit "Say hello"
setup-next-submit = a first task, while it runs
setup-next-run = a file of work, done to its end
setup-next-worker = starts the worker there
setup-next-workers = shows it, where the orchestrator runs
setup-next-stats = counts what it has done
setup-kept-worker = { $path } stays as it is
setup-take-along = Copy { $path } to the folder on the other machine where the worker will run
setup-ask-orchestrator = Where is the orchestrator, seen from there?
setup-no-orchestrator = It is not said where the orchestrator is
setup-orchestrator-unreadable = The orchestrator's URL cannot be read: { $why }
setup-orchestrator-hint = write it like http://pi:5000, with a token like http://d8:TOKEN@pi:5000 (--orchestrator)
setup-ask-id = The worker's id:
## providers

providers-title-provider = PROVIDER
providers-title-tier = TIER
providers-title-requests = REQUESTS
providers-title-tokens = TOKENS
providers-title-price = $/1M IN/OUT
providers-title-date = DATE
providers-title-kind = KIND
providers-title-reset = RESET
providers-title-kind-or-reset = KIND OR RESET
providers-kind-unknown = not known
providers-title-wire = WIRE
providers-title-source = SOURCE
providers-title-model = MODEL
providers-title-models = MODELS
providers-title-price-in = $/1M IN
providers-title-price-out = $/1M OUT
providers-title-limit = LIMIT
providers-title-scope = COUNTED
providers-day = day
providers-month = month
providers-in = in
providers-out = out
providers-free = free
providers-counts-requests = requests
providers-counts-tokens = tokens
providers-counts-input-tokens = input tokens
providers-counts-output-tokens = output tokens
providers-counts-at-once = at once
providers-first-models = Limits and price are those of each tier's first model. All of one provider: d8 providers show NAME
providers-unknown = there is no provider `{ $name }`
providers-no-tier = there is no tier `{ $name }` here
providers-did-you-mean = did you mean `{ $name }`?
providers-there-are = there are { $names }
providers-no-folder = the current folder cannot be read: { $error }
providers-wire = wire: { $wire }; base URL: { $url }
providers-own-base-url = yours, as `base_url` of the account
providers-not-spoken = D8 does not speak its wire yet: no account can use it
providers-no-key = key: none needed
providers-key-in-file = key: only in d8.toml, as `api_key` of the account
providers-key = key: { $names }
providers-keys-at = get a key at: { $url }
providers-base-url-env = another base URL: { $name }
providers-as-of = as of { $date }: { $source }
providers-written-in = written in { $source }
providers-no-models = It lists no models: name yours as `models` of the account.
providers-tier-past = Tier { $name }, no longer in force, kept for comparison
providers-tier-free-default = Tier { $name }, free of charge; it counts where an account names none
providers-tier-free = Tier { $name }, free of charge
providers-tier-paid-default = Tier { $name }; it counts where an account names none
providers-tier-paid = Tier { $name }
providers-limits-unknown = No limits are known: what its answers tell is held.
providers-scope-shared = together
providers-scope-each = each model
providers-all-models = all
providers-fact-tier = tier
providers-fact-model = model
providers-fact-requests = requests
providers-fact-tokens = tokens
providers-fact-kind = counts as
providers-fact-reset = resets
providers-fact-price = $/1M in/out
providers-fact-list-price = list price
providers-fact-next = next tier
providers-fact-key = key
providers-fact-date = as of
providers-fact-source = source
providers-then-and-now = { $provider }, { $model }: { $then } requests a day then; today { $now }, in tier { $tier }.
providers-then-and-now-with-tokens = { $provider }, { $model }: { $then } requests a day then; today { $now } and { $tokens } tokens, in tier { $tier }.
providers-then-only = { $provider }, { $model }: { $then } requests a day then; not in today's tier { $tier }.

## plan

plan-no-count = `{ $written }` is no count: write it like 1500, 10,000, 500k or 50M
plan-not-negative = `{ $written }` is less than nothing: it must be at least 1
plan-not-zero = `{ $written }` is nothing: it must be at least 1
plan-too-much = `{ $written }` is more than can be planned
plan-no-money = `{ $written }` is no amount of dollars: write it like 500 or 499.50
plan-no-price = `{ $written }` is no price: write dollars for a million tokens, like 0.10
plan-no-income = `{ $written }` is no income: write it like 500..1500, in dollars a month
plan-income-negative = `{ $written }` is less than nothing: an income is 0 or more, like 500..1500
plan-income-reversed = `{ $written }` runs backwards: write { $from }..{ $to }
plan-income-zero = an income of 0 returns nothing: leave --income out
plan-no-account = there is no account to plan with
plan-no-account-name-one = plan without a key: --account groq (d8 providers lists what there is)
plan-no-account-set-a-key = or set a provider's key, such as GROQ_API_KEY, or write an [[account]] into d8.toml
plan-no-tier = no account to plan with has a tier `{ $name }`
plan-no-model = the catalogue lists no models for `{ $provider }`
plan-name-a-model = name one: --account { $provider }/{ $tier }/MODEL
plan-neither-tier-nor-model = --account { $written }: `{ $word }` is neither a tier nor a model of { $provider }
plan-title-work = WORK
plan-title-tasks = TASKS/DAY
plan-title-in = TOKENS IN
plan-title-out = OUT
plan-title-account = ACCOUNT
plan-title-tier = TIER
plan-title-capacity = CAN/DAY
plan-title-limit = LIMITED BY
plan-title-gets = GETS/DAY
plan-title-fits = FITS/DAY
plan-title-spare = SPARE/DAY
plan-title-cost = $/MONTH
plan-all = all
plan-limits-unknown = limits not known
plan-not-served = not served
plan-tier-chosen = chosen
plan-tier-next = next
plan-tier-today = today's
plan-tier-past = past
plan-other-tiers = The same work in other tiers, all of it or what fits:
plan-no-work = No workload is given: this is what the accounts can do of tasks of { $input } tokens in and { $output } out. Say one with --per-day, or write [[agent]]s into d8.toml.
plan-work = The work: { $tasks } tasks a day, each about { $input } tokens in and { $output } out; that is { $input_day } in and { $output_day } out a day.
plan-binds = { $account } (tier { $tier }): { $limit } bind first, enough for { $tasks } tasks a day of { $size } tokens.
plan-kept = { $kept } of it are kept for tasks of high priority (8 and higher).
plan-too-large = { $account }: a task of { $size } tokens is larger than { $limit }: none can be done there. Make the tasks smaller.
plan-fits = All of it fits, with { $spare } tasks a day to spare.
plan-fits-as-far-as-known = All of it fits as far as is known: no limits are known of { $accounts }.
plan-too-many = { $count } of { $tasks } tasks a day do not fit: they would wait longer every day.
plan-next-can = can do { $tasks } tasks a day
plan-next-can-unknown = tells its limits only in its answers
plan-next-tier = Tier { $tier } of { $account } { $can }; there this work costs { $cost } a month.
plan-next-tier-unpriced = Tier { $tier } of { $account } { $can }; its price is not known.
plan-or-else = Or add an account of another provider (--account tries it), or make the tasks smaller.
plan-past = That tier of { $account } is past. Today's tier { $tier } can do { $tasks } tasks a day on { $model }: { $limit } bind first.
plan-past-not-served = That tier of { $account } is past, and today's tier { $tier } does not serve { $model } any more.
plan-cost = Cost a month of 30 days: { $input } in + { $output } out = { $total }.
plan-cost-nothing = Cost a month of 30 days: $0.00.
plan-cost-at-least = Cost a month of 30 days: at least { $total }; the price of { $models } is not known (--price-in and --price-out say it).
plan-cost-of-what-fits = That is the cost of what fits.
plan-return = Income of { $income } a month: { $percent } % of the cost (income over cost, as the projection of November 2025 counted it); profit over cost: { $profit } %.
plan-return-range = Income of { $from } to { $to } a month: { $least } % to { $most } % of the cost (income over cost, as the projection of November 2025 counted it); profit over cost: { $least_profit } % to { $most_profit } %.
plan-return-free = Nothing is spent, so there is no return in percent: all of the income is profit.
plan-return-unknown = No return can be told where a price is not known.
plan-price-decides = The dearer accounts get what the cheaper ones leave. D8 does not choose by price within a level of a route: write the dearer ones as `backup` to have it so.
plan-assumed = Assumed: the work comes evenly over the day, a month has 30 days, the sizes are what is really used, nobody else spends these quotas, and the catalogue is right (d8 providers says of when it is).
plan-assumed-longer = A limit whose kind is not known is held for the longest that its period can be, a day for 25 hours.
## doctor

doctor-mark-ok = ok
doctor-mark-warning = warn
doctor-mark-problem = PROBLEM
doctor-next = next: { $next }
doctor-more = and { $count } more
doctor-first = First ({ $name }): { $next }
doctor-verdict-ok = All is well.
doctor-verdict-warnings = It works, with { $warnings ->
    [one] one warning.
   *[other] { $warnings } warnings.
}
doctor-verdict-problems = { $problems ->
    [one] 1 problem
   *[other] { $problems } problems
}{ $warnings ->
    [0] .
    [one] {" "}and 1 warning.
   *[other] {" "}and { $warnings } warnings.
}
doctor-looks-store = looking at the store { $path }
doctor-looks-orchestrator = looking for an orchestrator
doctor-looks-keys = asking the providers of { $accounts } for one word each
doctor-bad-timeout = --timeout: { $why }
doctor-bad-timeout-next = write it like 30s or 2m
doctor-no-folder = the current folder cannot be read: { $why }
doctor-config-file = { $file }: { $count ->
    [one] one account
   *[other] { $count } accounts
} ({ $accounts }); routes: { $routes }
doctor-config-file-empty = { $file }: no account
doctor-config-environment = no d8.toml; by the keys in the environment and in .env: { $count ->
    [one] one account
   *[other] { $count } accounts
} ({ $accounts })
doctor-config-none = no d8.toml, which is no fault by itself
doctor-no-account = there is no account: neither d8.toml nor the environment nor .env names a key
doctor-no-account-next = run `d8 setup`: it asks for a key, tries it and writes it down
doctor-accounts-brought = none is configured here; the orchestrator has { $count ->
    [one] one
   *[other] { $count }
} that workers bring
doctor-store-free = { $size } free
doctor-store-sync = { $time } a sync
doctor-store-new = not there yet: d8 makes it
doctor-store-version = schema { $found }
doctor-store-older = schema { $found }, brought to { $known } when d8 starts
doctor-store-nobody = held by nobody
doctor-store-somebody = held by a process that says nothing of itself
doctor-store-held = held by process { $pid }
doctor-store-held-at = held by process { $pid } at { $url }
doctor-store-unknown = who holds it cannot be seen ({ $why })
doctor-store-unwritable = { $path }: nothing can be written there ({ $why })
doctor-store-unwritable-next = check that this user may write in that folder, or name another with store.url in d8.toml
doctor-store-full = With so little room no work is taken in
doctor-store-room = make room on that disk, or put the store on another one (store.url in d8.toml)
doctor-store-slow = Such a disk holds work up: each batch waits for it
doctor-store-slow-next = put the store on a faster disk (store.url in d8.toml): an SSD rather than an SD card or a network folder
doctor-store-unread = what it remembers cannot be read: { $why }
doctor-store-unread-next = start d8 up or d8 run with it: that says more
doctor-port-any = any free one (port 0)
doctor-port-free = { $address } is free
doctor-port-ours = { $address } is our orchestrator's
doctor-port-d8 = { $address } is taken by another d8, which has another store
doctor-port-d8-next = stop that one, or give this one a port of its own: `d8 up --listen 127.0.0.1:0`
doctor-port-stranger = { $address } is taken by another program
doctor-port-stranger-http = { $address } is taken by another program, which answers with HTTP status { $status }
doctor-port-elsewhere = our orchestrator runs at { $url }
doctor-runs = runs at { $url }, version { $version }
doctor-runs-another = it holds another store than this configuration's
doctor-runs-another-next = name the right one with --orchestrator, or start one for this configuration: `d8 up`
doctor-runs-version = this program is version { $own }
doctor-runs-version-next = use the same version on both sides
doctor-holder-silent = the store is { $held }, and that gives no answer: { $message }
doctor-holder-silent-next = give it some seconds if it has just begun; else end that process and run `d8 up`
doctor-none-runs = none runs here
doctor-none-runs-next = start it with `d8 up`; only `d8 run` needs none
doctor-network-offline = not looked at (--offline)
doctor-network-ok = { $host } answers within { $time }
doctor-network-proxy = (by way of the proxy { $proxy })
doctor-proxy-unreadable = in the environment
doctor-clock-ok = agrees with { $provider }'s
doctor-clock-behind = { $time } behind { $provider }'s
doctor-clock-ahead = { $time } ahead of { $provider }'s
doctor-clock-next = let the system set its clock by the network (Linux: timedatectl set-ntp true): resets are told by it
doctor-key-offline = not asked (--offline)
doctor-key-elsewhere = with the worker that serves it, so it was not asked from here
doctor-key-same = the same key as { $account }'s
doctor-key-spent = not asked: { $limit } are used up until an answer comes
doctor-key-spent-until = not asked: { $limit } are used up until { $until }
doctor-key-valid = valid; its quota is used up at the moment
doctor-key-unreached = not judged: the provider was not reached
doctor-key-wrong-next = put the right key where this one is written (d8.toml, .env or the environment), or run `d8 setup { $provider }`
doctor-key-parked = but the orchestrator met it before it was right, and waits to be told
doctor-key-parked-next = run `d8 accounts unpark { $account }`
doctor-limits-ok = as configured: { $limits }
doctor-limits-unknown = none are known: they are learnt while it works
doctor-limit-shut = { $limits } lets nothing through
doctor-limit-shut-next = raise it in d8.toml, or leave it out there: then the catalogue or the provider says it
doctor-limit-differs = { $label } in truth, { $configured } configured
doctor-limit-lower-next = D8 keeps to what is true; write it into d8.toml, or leave limits out there; if the provider has raised it: `d8 accounts forget { $account }`
doctor-limit-higher-next = there is more to be had: raise it in d8.toml, or leave limits out there
doctor-quota-taken = used: { $limits }
doctor-quota-used = { $used } of { $label }
doctor-quota-used-until = { $used } of { $label } until { $until }
doctor-quota-left = { $left } left of { $limit }, by the provider
doctor-quota-paused = somebody has paused it
doctor-quota-stands = wait, or add another account: `d8 setup`
doctor-workers = { $online } online ({ $names }), { $busy } busy
doctor-workers-none = no worker is online: nobody does what waits
doctor-workers-none-next = give d8 up a key (`d8 setup`), or start a worker where one is: `d8 worker --type groq --orchestrator { $url }`
doctor-worker-silent = { $worker } ({ $kind }) has fallen silent: last heard { $ago }
doctor-worker-silent-next = start it again on its machine, or check the network between
doctor-account-unserved = no worker serves { $account } now
doctor-account-unserved-next = start one where its key is: `d8 worker --account { $account } --orchestrator { $url }`
doctor-queue = { $pending ->
    [0] nothing waits
    [one] 1 task waits
   *[other] { $waiting } tasks wait
}, { $assigned } under way
doctor-queue-done = all is done about { $then }
doctor-queue-nobody = { $counts }, and no orchestrator runs
doctor-queue-stuck = { $count ->
    [one] 1 task waits
   *[other] { $waiting } tasks wait
}: { $why }
doctor-queue-stuck-route = { $count ->
    [one] 1 task waits
   *[other] { $waiting } tasks wait
} (route { $routes }): { $why }
doctor-queue-no-worker = no worker serves it now
doctor-queue-no-worker-next = start one where the key is: `d8 worker --orchestrator { $url }`, with --type or --account
doctor-queue-route-paused = { $count ->
    [one] 1 task waits
   *[other] { $waiting } tasks wait
}: the route { $routes } is paused
doctor-queue-route-paused-next = resume it: curl -X POST { $url }/api/routes/{ $route }/resume
doctor-queue-account-paused-next = run `d8 accounts resume { $account }`
doctor-e2e-online = the orchestrator is online at { $url }
doctor-e2e-workers = { $online ->
    [one] 1 worker is online
   *[other] { $online } workers are online
} ({ $kinds })
doctor-e2e-submitted = handed in: { $task }
doctor-e2e-waits = waits: { $why }
doctor-e2e-at-work = under way with { $worker }
doctor-e2e-completed = answered after { $time } by { $worker } ({ $target }): "{ $answer }"
doctor-e2e-failed = { $status } after { $time }: { $why }
doctor-e2e-failed-next = look at its attempts: `d8 tasks show { $task }`
doctor-e2e-late = not done after { $time }; { $standing }
doctor-e2e-late-next = give it more time with --timeout, or look at the queue: `d8 tasks`
doctor-e2e-cancelled = it was cancelled again
doctor-e2e-statistics = workers { $online } online, { $busy } busy; tasks { $completed } completed, { $failed } failed, { $pending } pending; success { $rate }
doctor-check = { $check }

## service: what systemd shows

service-standing = { $pending } waiting, { $assigned } under way, { $online } workers
service-stopping = stopping: what is under way may end
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
table-left-out = left out to fit: { $columns }; a wider terminal or --json shows them
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
stats-untouched = { $count ->
    [one] One more limit is untouched: d8 accounts
   *[other] { $count } more limits are untouched: d8 accounts
}
stats-waiting = waiting
stats-account = account
stats-forecast = forecast
stats-workers-line = { $online } online, { $busy } busy
stats-tasks-line = { $pending } pending, { $assigned } assigned, { $completed } completed, { $failed } failed, { $cancelled } cancelled
stats-pace-line =
    { $completed ->
        [one] 1 answer
       *[other] { $completed } answers
    } and { $tokens ->
        [one] 1 token
       *[other] { $tokens } tokens
    } in the last minute; { $refused } refused for quota
stats-all-done = all done { $when }

## submit
submit-empty = the prompt is empty
submit-file-name = `{ $name }` is the name of a file, not a prompt
submit-file-name-next = hand in its tasks: d8 submit --file { $name }
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
top-lost = CONNECTION LOST { $ago } ago, trying again
top-pending = { $count } pending
top-assigned = { $count } at work
top-completed = { $count } done
top-failed = { $count } failed
top-cancelled = { $count } cancelled
top-online = workers { $online } online, { $busy } busy
top-pace-answers =
    { $minute ->
        [one] 1 answer
       *[other] { $minute } answers
    } in 1 min, { $five } in 5
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
top-untouched = { $count ->
    [one] one limit of another model, untouched
   *[other] { $count } limits of other models, untouched
}
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

## What is wrong in d8.toml

fault-did-you-mean = did you mean `{ $near }`?
fault-unknown-word = unknown { $what } `{ $word }`
fault-one-of = it is one of
fault-missing-key = { $key } is missing
fault-wrong-type = wrong type
fault-bad-value = bad value
fault-expected-found = { $what }: expected { $expected }, found { $found }
fault-unknown-key = unknown key `{ $key }`
fault-keys-here = the keys here are
fault-a-whole-number = a whole number of 0 or more
fault-a-number = a number
fault-quoted-text = text in quotes
fault-list-in-brackets = a list in brackets
fault-a-table = a table
fault-text = text
fault-a-list = a list
fault-an-integer = integer { $number }
fault-a-boolean = boolean { $value }
fault-variable-unset = the variable `{ $name }` is not set
fault-looked-for-in = looked for in the environment and in `.env`
fault-set-variable = write `{ $name }=...` into the file `.env` beside d8.toml, or set it before d8 starts
fault-secret-unreadable = the secret's file { $file } cannot be read: { $error }
fault-secret-empty = the secret's file { $file } is empty
fault-no-base-url = this is not a base URL: { $why }
fault-write-it-like = write it like `{ $example }`
fault-url-http = it must begin with http:// or https://
fault-url-query = it has a query or a fragment
fault-no-file = there is no file { $file }
fault-config-names = `--config` names a file like d8.toml
fault-unreadable = { $file } cannot be read: { $error }
fault-store-nameless = the store's file has no name
fault-no-postgres = PostgreSQL is not built in yet
fault-store-use-file = use a file: `url = "sqlite:d8.db"`
fault-store-unknown = this kind of store is not known
fault-no-address = `{ $written }` is not an address with a port
fault-write-address = write it like `127.0.0.1:5000`, `0.0.0.0:5000` or `[::1]:5000`; port 0 lets the system choose
fault-route-nameless = a route needs a name
fault-two-routes = two routes are named `{ $name }`
fault-target-twice = `{ $target }` is twice in this route
fault-route-empty = a route without targets
fault-add-primary = add `primary = ["account/model"]`
fault-no-such-model = the account `{ $name }` has no model `{ $model }`
fault-its-models = its models are
fault-or-add-model = or add it to `models` of `{ $name }`
fault-no-target-form = `{ $written }` is not of the form account/model
fault-unknown-account = unknown account `{ $name }`
fault-accounts-are = the accounts are
fault-worker-nobody = a worker rule names nobody
fault-worker-add = add `id = "groq-*"` or `type = "groq"`
fault-two-accounts = two accounts are named `{ $name }`
fault-or-worker-brings = or leave `api_key` out, if `d8 worker --account { $name }` shall bring it
fault-account-nameless = an account needs a name
fault-account-slash = an account's name holds no slash
fault-call-it = call it `{ $name }`; routes write `account/model`
fault-unknown-provider = unknown provider `{ $id }`
fault-not-in-catalogue = not in the catalogue
fault-providers-are = for any server that speaks OpenAI's wire take the last of
fault-not-spoken = { $provider } speaks a wire of its own that D8 does not speak yet
fault-not-spoken-next = its models can be had through `openrouter`, or a gateway as `openai-compatible`
fault-no-tier = { $provider } has no tier `{ $tier }`
fault-it-has = it has
fault-models-missing = `models` is missing: the catalogue lists none for `{ $provider }`
fault-add-models = add `models = ["..."]`; the first is the account's default
fault-model-twice = a model twice, or without a name
fault-no-models = an account without models
fault-leave-models-out = leave `models` out for all of the catalogue's
fault-concurrency-zero = `concurrency` of 0 lets nothing through
fault-at-least-one = give at least 1
fault-own-address = this is the address where D8 itself listens
fault-base-url-missing = `base_url` is missing
fault-add-base-url = add `base_url = "http://host:port"`
fault-group-nameless = `quota_group` needs a name
fault-shorthand-and-limits = a shorthand and `limits` do not go together
fault-limits-replaces = `limits` replaces all of the catalogue's: write this one there too
fault-no-time = `{ $written }` is not a length of time
fault-write-time = write it like `90s`, `15m`, `1h30m`, `1d` or `1mo`
fault-zero-time = `{ $written }` is no time at all
fault-longer-than-zero = give a period longer than zero
fault-no-reset = `{ $written }` is not a reset time
fault-write-reset = write `00:00 America/Los_Angeles` for a day, `1 00:00 UTC` for a month
fault-unknown-zone = unknown time zone `{ $name }`
fault-zones-have = zones have names such as `UTC` or `America/Los_Angeles`
fault-limit-period = a limit needs a period
fault-add-per = add `per = "1m"`, `per = "1d"` or another time
fault-limit-of-what = a limit must say what it counts
fault-limit-one-of = give it one of `requests`, `tokens`, `input_tokens`, `output_tokens`, `cost`
fault-limit-of-two = a limit counts one thing
fault-second-limit = write a second limit for this one
fault-kind-and-resets = `kind` and `resets` do not go together
fault-leave-kind-out = a limit that resets by the clock needs no `kind`: leave it out
fault-limit-no-model = a limit for no model
fault-limit-all-models = leave `models` out, or write `models = "*"`
dotenv-odd-entries =
    { $file }: { $count ->
    [one] 1 of its entries is
   *[other] { $count } of its entries are
} not of the form NAME=value, left out
dotenv-unreadable = { $file } cannot be read: { $why }
notice-not-spoken = { $variable }: not used, as D8 does not speak its wire yet
notice-name-models = { $variable }: name the models of { $provider } in d8.toml to use it
notice-placeholder = { $variable } holds only the example text of a template: not used
notice-idle-limit = account `{ $account }`: the limit for `{ $models }` covers none of its models
notice-no-price = account `{ $account }`: the price of `{ $model }` is not known, its limit of cost counts nothing for it
notice-no-quota = the catalogue knows no quota for it in tier `{ $tier }`
notice-unknown-near = the catalogue does not know it; did you mean `{ $near }`?
notice-unknown-learnt = the catalogue does not know it; its limits will be learnt
notice-model = account `{ $account }`, model `{ $model }`: { $what }
notice-no-setting = { $variable } replaces no setting
notice-no-setting-near = { $variable } replaces no setting; did you mean { $near }?
notice-own-address = { $variable } is the address of D8 itself: not used for { $provider }
fault-reserve = `reserve` is a share between 0 and 1, not { $share }
fault-reset-period = this reset comes once a { $period }, `per` says otherwise
fault-reset-write = write `per = "{ $period }"`, or `00:00 ZONE` for days and `1 00:00 ZONE` for months
fault-cost = `cost` is an amount of dollars up to a million, not { $amount }
fault-no-json = it is no JSON, at line { $line }

## Questions with yes or no

ask-yes-or-no = answer with y or n
ask-yes = yes
ask-no = no
ask-yes-no = Y/n
ask-no-yes = y/N

## Where nothing can listen

listen-cannot = d8 cannot listen on { $address }: { $reason }
listen-in-use = something else listens there already
listen-not-ours = this machine does not have that address
listen-not-allowed = the system does not allow it
listen-in-use-next = it may be another d8, or AirPlay on a Mac; `--listen { $free }` takes a free port, `listen` of `[server]` in d8.toml names another
listen-not-ours-next = `--listen 127.0.0.1:5000` serves this machine, `--listen 0.0.0.0:5000` every network it is in
listen-not-allowed-next = ports below 1024 are the system's; `--listen` takes another, such as 127.0.0.1:5000
listen-other-next = `--listen` takes another address, such as 127.0.0.1:5000

## A command line that cannot be read

usage-unknown-argument = there is no option `{ $argument }` here
usage-word-too-many = `{ $word }` is one word too many; a text with blanks stands in quotes
usage-unknown-command = there is no command `{ $command }`
usage-no-value = `{ $argument }` needs a value
usage-bad-value = `{ $value }` will not do for `{ $argument }`
usage-wrong-value = `{ $value }` will not do for `{ $argument }`: { $why }
usage-missing = { $arguments } is missing
usage-conflict = `{ $argument }` and `{ $other }` do not go together
usage-twice = `{ $argument }` stands there twice
usage-no-number = it is no number
usage-out-of-range = it must be in { $range }
usage-is = usage: { $usage }; --help says more
usage-see-help = --help says what there is

## The store

store-newer = the store { $path } has schema version { $found }; this d8 knows versions up to { $known }
store-newer-next = use the newer d8, or another store (store.url in d8.toml)
store-foreign = { $path } is the database of another program
store-no-database = { $path } is not a database
store-no-database-next = check store.url in d8.toml; d8 makes a missing file itself
store-corrupt = the store { $path } is damaged: { $why }
store-corrupt-next = keep the file and its -wal as they are, and go on with a backup or a new store
store-unwritable = the store { $path } cannot be opened or written: { $why }
store-unwritable-next = check that the folder exists and that this user may write the file and the folder
store-unsupported = the store { $path } is on a file system without shared memory or locks (journal mode { $mode })
store-unsupported-next = put the store on a local disk (store.url in d8.toml)
store-disk-full = the disk of the store { $path } is full
store-disk-full-next = make room on that disk and start d8 again; nothing acknowledged is lost
store-busy = the store { $path } is locked by another process
store-busy-next = end the program that has the file open, for instance an sqlite3 shell
store-old-sqlite = SQLite { $found } can corrupt a store; 3.51.3 or newer is needed, and not 3.52.0
store-old-sqlite-next = build d8 with its bundled SQLite
store-deposed = the store { $path } was taken over: epoch { $ours } is over
store-deposed-next = one d8 at a time can use a store; this one ends
store-contradiction = the store { $path } knows nothing that this change could apply to: { $change }
store-contradiction-next = start d8 again; if it comes back, please report it with this message
store-poisoned = the store { $path } failed earlier; what it holds is only known after it is opened again
store-failed = the store { $path } failed: { $why }
store-failed-next = start d8 again; nothing acknowledged is lost
store-held = the store { $path } is held by another d8
store-held-by = the store { $path } is held by another d8 (process { $process }, version { $version })
store-held-at = the store { $path } is held by another d8 (process { $process }, version { $version } at { $url })
store-held-next = stop it, or use another store (store.url in d8.toml)
store-hold-unwritable-next = check that the folder exists and that this user may write in it
store-no-folder = the folder of the store { $path } cannot be made
store-no-folder-next = name another place with store.url in d8.toml, or mend this one
store-no-thread = a thread cannot be started
store-thread-died = a thread of d8 has died; what was acknowledged is stored
store-being-written = another d8 run writes it now
