"""What a worker sees of a task, and which worker gets which."""
from cases import configured

TURNS = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "It's <b>new</b> & ñ"}]


def test_the_payload_stands_in_all_three_places(hive):
    data = {"messages": TURNS, "model": "llama-3.3-70b", "temperature": 0.3, "max_tokens": 77, "note": {"a": [1, None]}}
    task_id = hive.submit(data=data, priority=8)
    hive.register("w1")
    task = hive.poll("w1")
    assert (task["task_id"], task["type"], task["priority"]) == (task_id, "agent_action", 8)
    for place in [task, task["task_data"], task["data"]]:
        for name in ["messages", "temperature", "max_tokens", "note"]:
            assert place[name] == data[name], (name, place)
        assert isinstance(place["model"], str)


def test_a_payload_never_hides_the_task(hive):
    data = {"messages": TURNS, "task_id": "other", "type": "other", "priority": 1, "data": "x", "task_data": "y"}
    task_id = hive.submit(data=data)
    hive.register("w1")
    task = hive.poll("w1")
    assert (task["task_id"], task["type"], task["priority"]) == (task_id, "agent_action", 5)
    assert task["data"]["messages"] == task["task_data"]["messages"] == TURNS


def test_a_test_task_is_a_chat(hive):
    task_id = hive.test_task("What is a hive?")
    hive.register("w1")
    task = hive.poll("w1")
    assert (task["task_id"], task["type"], task["priority"]) == (task_id, "agent_action", 5)
    assert [turn["role"] for turn in task["messages"]] == ["system", "user"]
    assert task["messages"][1]["content"] == "What is a hive?" and task["temperature"] == 0.8
    assert task["data"]["messages"] == task["task_data"]["messages"] == task["messages"]


def test_a_groq_worker_is_told_a_model_that_groq_serves(hive):
    """The plain worker sends to Groq whatever the task names; test tasks name Gemini's."""
    hive.test_task()
    hive.register("w1", "groq")
    assert not hive.poll("w1")["model"].startswith("gemini"), "Groq would answer 404"


def test_priority_then_first_come(hive):
    low, first, second, high = [hive.submit(priority=priority) for priority in (2, 5, 5, 9)]
    hive.register("w1")
    got = []
    for _ in range(4):
        got.append(hive.poll("w1")["task_id"])
        hive.report("w1", got[-1], {"success": True, "response": "x"})
    assert got == [high, first, second, low]


def test_two_workers_never_get_the_same(hive):
    tasks = {hive.submit() for _ in range(3)}
    for worker in ["w1", "w2", "w3"]:
        hive.register(worker)
    assert {hive.poll(worker)["task_id"] for worker in ["w1", "w2", "w3"]} == tasks


def test_types_go_to_workers_that_name_them(hive):
    names = ["code_generation", "evolution_crossover", "evolution_mutation", "of_my_own"]
    tasks = {name: hive.submit(name, {"prompt": "a function", "language": "python"}) for name in names}
    for kind in ["groq", "gemini", "claude", "deepseek_gpu"]:
        hive.register(kind, kind)
        assert hive.poll(kind) is None
    for name, task_id in tasks.items():
        hive.register(f"knows-{name}", "gemini", task_types=[name])
        task = hive.poll(f"knows-{name}")
        assert (task["task_id"], task["type"]) == (task_id, name)
        assert task["data"]["prompt"] == task["prompt"] == "a function"


def test_one_that_names_types_still_takes_actions(hive):
    task_id = hive.submit()
    hive.register("w1", "gemini", task_types=["code_generation"])
    assert hive.poll("w1")["task_id"] == task_id


def test_a_type_that_nobody_knows_waits_and_says_why(hive):
    task_id = hive.submit("code_generation", {"prompt": "a function", "language": "python"})
    hive.register("w1")
    assert hive.poll("w1") is None
    task = hive.get(f"/api/tasks/{task_id}").json()
    assert task["status"] == "pending" and task["wait"]["message"]


def test_what_an_old_worker_would_lose_is_not_given_to_it(hive):
    """They read plain text, temperature and max_tokens; all else would be dropped without a word."""
    image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]}]
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    for data in [{"messages": image}, {"messages": TURNS, "tools": [tool]},
                 {"messages": TURNS, "response_format": {"type": "json_object"}}, {"messages": TURNS, "stop": ["x"]}]:
        hive.submit(data=data, priority=9)
    plain = hive.submit(data={"messages": TURNS})
    hive.register("w1")
    assert hive.poll("w1")["task_id"] == plain
    assert hive.stats()["tasks"]["pending"] == 4


QUOTA = """
[[account]]
name = "groq-main"
provider = "groq"
models = ["llama-3.3-70b-versatile"]
limits = [ { requests = 1, per = "1h" } ]

[[worker]]
id = "groq-*"
account = "groq-main"
"""


@configured(QUOTA)
def test_a_worker_that_the_file_names_spends_its_accounts_quota(hive):
    hive.register("groq-1")
    tasks = [hive.test_task(), hive.test_task()]
    assert hive.poll("groq-1")["task_id"] == tasks[0]
    hive.report("groq-1", tasks[0], {"success": True, "response": "x", "tokens": 5})
    assert hive.poll("groq-1") is None, "the hour's one request is spent"
    hive.register("groq-2")
    assert hive.poll("groq-2") is None, "both spend the same quota"
    hive.register("other", "gemini")
    assert hive.poll("other")["task_id"] == tasks[1]
