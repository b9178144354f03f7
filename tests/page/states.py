"""States to show: an ordinary day, nothing yet, trouble, and more than fits. Times are seconds from now."""


def limit(dimension, amount, per, used, free_in=None, reserved=0, others=0, parked=None, **more):
    period = {"1m": "minute", "1h": "hour", "1d": "day", "1mo": "month"}.get(per)
    what = {"requests": "requests", "tokens": "tokens", "concurrency": "at once"}.get(dimension, dimension)
    label = f"{amount:,} {what} a {period}" if period else f"{amount} {what}"
    return {"dimension": dimension, "limit": amount, "per": per, "label": label, "used": used, "used_by_others": others,
            "reserved": reserved, "free_at": free_in, "parked_until": parked, **more}


def account(name, provider, limits, **more):
    return {"account": name, "provider": provider, "tier": "free", "paused": False, "origin": "file", "models": [],
            "workers": 1, "in_flight": 0, "parked": None, "limits": limits, **more}


def worker(name, kind, status, account, silent=1.0, completed=0, failed=0, in_flight=0, slots=1):
    return {"worker_id": name, "worker_type": kind, "status": status, "last_heartbeat": -silent, "account": account,
            "tasks_completed": completed, "tasks_failed": failed, "in_flight": in_flight, "slots": slots}


def wait(code, message, count, until=None, account=None):
    return {"code": code, "message": message, "count": count, "until": until, "account": account}


def state(accounts=(), fleet=(), waits=(), **tasks):
    tasks = {"pending": 0, "assigned": 0, "completed": 0, "failed": 0, "cancelled": 0, **tasks}
    online = [worker for worker in fleet if worker["status"] != "offline"]
    kinds = [worker["worker_type"] for worker in online]
    workers = {"total": len(fleet), "online": len(online), "busy": sum(1 for worker in fleet if worker["status"] == "busy"),
               "by_type": {kind: kinds.count(kind) for kind in sorted(set(kinds))}}
    return {"version": "0.1.0", "workers": workers, "tasks": {**tasks, "total": sum(tasks.values())}, "waits": list(waits),
            "accounts": list(accounts), "fleet": list(fleet)}


def ordinary():
    groq = account("groq-main", "groq", [
        limit("requests", 30, "1m", 30, free_in=42.0, reserved=2), limit("requests", 14400, "1d", 4812),
        limit("tokens", 12000, "1m", 7350, free_in=9.0, others=1200), limit("concurrency", 4, None, 2, reserved=2),
    ], models=["llama-3.3-70b-versatile"], in_flight=2, forecast={"runs_out_at": None, "next_start_at": 42.0})
    gemini = account("gemini", "gemini", [
        limit("requests", 15, "1m", 4), limit("requests", 1500, "1d", 388), limit("tokens", 1000000, "1m", 21480),
    ], models=["gemini-2.0-flash", "gemini-2.0-flash-lite", "gemini-2.5-flash"], origin="environment", in_flight=1)
    local = account("workshop", "ollama", [], tier=None, models=["qwen2.5:7b"])
    fleet = [
        worker("groq-main", "groq", "busy", "groq-main", completed=4790, failed=3, in_flight=2, slots=4),
        worker("gemini", "gemini", "busy", "gemini", completed=388, in_flight=1, slots=16),
        worker("raspberry-pi-in-the-kitchen", "ollama", "online", "workshop", silent=14.0, completed=12),
        worker("old-laptop", "groq", "offline", "groq-main", silent=8000.0, completed=101, failed=2),
    ]
    waits = [
        wait("quota", "groq-main: 30 requests a minute used up, next in 42 s", 1187, 42.0, "groq-main"),
        wait("not_before", "starts at 18:00", 20, 5400.0), wait("backoff", "the provider answered 503, tried again in 4 s", 2, 4.0, "gemini"),
        wait("order", "others are before it", 3),
    ]
    day = state([groq, gemini, local], fleet, waits, pending=1212, assigned=3, completed=5291, failed=5, cancelled=40)
    return {**day, "forecast": {"open": 1215, "all_done_at": 2430.0}}


def spent():
    """The day of one account is spent, by others; the other one takes over."""
    said = ("gemini-main: the key is valid and the set-up is right; the free tier's day (1,500 requests) is spent, most of it not by D8; "
            "free again at 09:00 (midnight Pacific); groq-main takes over.")
    gemini = account("gemini-main", "gemini", [limit("requests", 1500, "1d", 1500, free_in=30000.0, others=1400)], diagnosis=said)
    groq = account("groq-main", "groq", [limit("requests", 30, "1m", 4)], forecast={"runs_out_at": 600.0, "next_start_at": None})
    return state([gemini, groq], [worker("groq-main", "groq", "online", "groq-main")], pending=3)


def nothing():
    return state()


def without_workers():
    return state([account("groq-main", "groq", [limit("requests", 30, "1m", 0)], workers=0)],
                 waits=[wait("no_worker", "no worker serves groq-main", 7, account="groq-main")], pending=7)


def trouble():
    key = {"code": "bad_key", "message": "groq-main: the key was refused; check it and run the same command again", "until": None}
    quota = {"code": "quota_refused", "message": "gemini: refused for quota; somebody else may be using the key, tried again in 3 h 05 m",
             "until": 11100.0}
    accounts = [
        account("groq-main", "groq", [limit("requests", 30, "1m", 0)], parked=key),
        account("gemini", "gemini", [limit("requests", 1500, "1d", 1500, parked=11100.0), limit("requests", 15, "1m", 0)], parked=quota),
        account("openai", "openai", [limit("cost", 5.0, "1mo", 1.2345, label="$5.00 a month")], paused=True, tier="tier 1"),
        account("cerebras", "cerebras", [limit("requests", 30, "1m", 30, reserved=30)], in_flight=30),
    ]
    waits = [wait("bad_key", "groq-main: the key was refused; check it and run the same command again", 12, account="groq-main"),
             wait("quota_refused", "gemini: refused for quota; somebody else may be using the key, tried again in 3 h 05 m", 30, 11100.0, "gemini")]
    fleet = [worker(name, name, "online", name) for name in ["groq-main", "gemini", "openai", "cerebras"]]
    return state(accounts, fleet, waits, pending=42, assigned=30, completed=7, failed=1)


def crowded():
    models = [f"vendor/some-rather-long-model-name-{n}-instruct-preview" for n in range(12)]
    limits = [limit(what, amount, per, 3 if n < 2 else 0, models=[model])
              for n, model in enumerate(models) for what, amount, per in [("requests", 30, "1m"), ("tokens", 6000, "1m"), ("requests", 1000, "1d")]]
    hostile = "<img src=x onerror=alert(1)> & a name without any end " + "x" * 80
    accounts = [account(hostile, "groq", limits, models=models)]
    accounts += [account(f"account-{n}", "groq", [limit("requests", 30, "1m", n)]) for n in range(7)]
    fleet = [worker(f"worker-{n}", "groq", "online", "account-1", completed=n * 1000) for n in range(40)]
    fleet.append(worker(hostile, hostile, "busy", hostile))
    return state(accounts, fleet, [wait("some_new_code", hostile, 3, 7.0, hostile)], pending=3, completed=12345678)
