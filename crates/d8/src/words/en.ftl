# What the program says, in English. Fluent: https://projectfluent.org/fluent/guide/
# Keys begin with the command or the room that says them. es.ftl holds the same keys.

error = error: { $message }
hint = hint: { $message }

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
wait-paused = it is paused
wait-paused-next = resume it: d8 accounts resume NAME
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
forecast-next = next start { $at }
forecast-next-now = next start now
