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
## providers

providers-title-provider = PROVIDER
providers-title-tier = TIER
providers-title-requests = REQUESTS
providers-title-tokens = TOKENS
providers-title-price = $/1M IN/OUT
providers-title-date = DATE
providers-title-kind = KIND
providers-title-reset = RESET
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
