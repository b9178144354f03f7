# What the program says, in English. Fluent: https://projectfluent.org/fluent/guide/
# Keys begin with the command or the room that says them. es.ftl holds the same keys.

error = error: { $message }
hint = hint: { $message }

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
agents-demo-goes-on = { $left } pieces of work were left: they are done first, and no more this time
agents-demo-so-far = { $done } of { $total }
agents-demo-done = { $done } of { $total } done in { $time }
agents-demo-score = the emulated providers accepted { $accepted } requests and refused { $refused }
agents-demo-filler = their answers are filler text, kept apart in the folder demo; with your own keys, `d8 up` writes real ones
agents-demo-same-command = nothing is lost: the same command goes on
