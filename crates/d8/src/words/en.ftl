# What the program says, in English. Fluent: https://projectfluent.org/fluent/guide/
# Keys begin with the command or the room that says them. es.ftl holds the same keys.

error = error: { $message }
hint = hint: { $message }

## probe: one small real question to a provider

probe-works = { $provider } answers: { $model }, { $latency }
probe-wrong-key = { $provider } refuses the key: "{ $words }"
probe-no-model = { $provider } accepts the key, but it gives { $model } to nobody or not to you: "{ $words }"
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
    [requests] { $amount } requests
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
setup-help-choose-some = Space marks, Enter takes what is marked, the first is the default
setup-help-key = paste it and press Enter; nothing of it is shown
setup-help-confirm = answer with y or n
setup-yes = yes
setup-no = no
setup-yes-no = Y/n
setup-no-yes = y/N
setup-keys-at = A key for { $provider } is made at { $url }
setup-ask-key = Key for { $provider }:
setup-key-length = { $length ->
    [one] 1 character received
   *[other] { $length } characters received
}
setup-key-doubt = Odd: keys of { $provider } have begun with { $begins } so far, this one does not. The provider will say
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
setup-account-there = Account { $account } is there already, with another key. What shall become of this one?
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
setup-shadowed = Careful: { $variable } has another value in your environment, which goes before .env. Unset it there
setup-one-quota = Keys of one project or organisation share one quota. If this is such a key, write quota_group = "{ $first }" into both accounts
setup-route = Your route "default" leaves { $account } out: add "{ $account }/{ $model }" to its primary
setup-costs = What { $account } does may cost money; limits of your own, such as { "{" } cost = 5.00, per = "1mo" { "}" }, hold it back
setup-limits = Limits that D8 will respect ({ $model }):
setup-no-limits = No limits of { $model } are known; D8 learns them from the provider's headers and refusals
setup-no-limits-local = No limits: { $model } runs on a machine of yours, 4 requests at once
setup-limit-of-catalogue = by the catalogue of { $date }
setup-limit-of-file = your own, in d8.toml
setup-limit-of-headers = seen in headers, { $left } left
setup-limit-confirmed = { $by }; seen in headers, { $left } left
setup-limit-differs = { $by }; headers say { $amount }, { $left } left, and that counts
setup-start-now = Start D8 now?
setup-next = Next:
setup-next-up = starts D8: the queue, the page, the API
setup-next-submit = a first task, while it runs
setup-next-run = a file of work, done to its end
setup-next-worker = starts the worker there
setup-next-workers = shows it, where the orchestrator runs
setup-next-stats = counts what it has done
setup-kept-worker = { $path } stays as it is
setup-take-along = Copy { $path } to the folder on the other machine where the worker will run
setup-ask-orchestrator = Where is the orchestrator, as seen from the other machine?
setup-no-orchestrator = It is not said where the orchestrator is
setup-orchestrator-unreadable = The orchestrator's URL cannot be read: { $why }
setup-orchestrator-hint = write it like http://pi:5000, with a token like http://d8:TOKEN@pi:5000 (--orchestrator)
setup-ask-id = The worker's id:
