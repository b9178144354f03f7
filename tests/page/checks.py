"""What must hold of the page. Each check takes a browser, and a folder for pictures."""
import json
import time

import states
from stand_in import StandIn

LIVE = "document.querySelector('#connection.good') && document.readyState === 'complete'"


def numbers(page):
    """What the page shows, as data: the counts, each account's limits, the workers."""
    return json.loads(page.value("""JSON.stringify({
        counts: Object.fromEntries([...document.querySelectorAll('.count')].map(c => [c.id, c.querySelector('dd').textContent])),
        accounts: Object.fromEntries([...document.querySelectorAll('.account')].map(a => [a.querySelector('h3').textContent,
            [...a.querySelectorAll('.figures')].map(f => f.textContent)])),
        workers: [...document.querySelectorAll('#fleet th [data-part=name]')].map(w => w.textContent),
    })"""))


def shown(number):
    """A number as the English page writes it."""
    return f"{number:,}" if float(number).is_integer() else f"{number:,.3f}".rstrip("0").rstrip(".")


def assert_shows(page, state):
    """The page shows this state: names, counts, and what is used of each limit."""
    found = numbers(page)
    for name in ["pending", "assigned", "completed", "failed", "cancelled"]:
        assert found["counts"].get(f"count-{name}") == shown(state["tasks"][name]), (name, found["counts"], state["tasks"])
    names = [account["account"] for account in state["accounts"]]
    assert list(found["accounts"]) == names, (list(found["accounts"]), names)
    for account in state["accounts"]:
        figures = found["accounts"][account["account"]]
        assert len(figures) == len(account["limits"]), (account["account"], figures, account["limits"])
        for limit in account["limits"]:
            if limit["dimension"] != "cost":
                wanted = f"{shown(limit['used'])} of {shown(limit['limit'])}"
                assert any(figure.split(" · ")[0] == wanted for figure in figures), (account["account"], wanted, figures)
    assert found["workers"] == [worker["worker_id"] for worker in state["fleet"]], found["workers"]


def assert_quiet(page):
    assert page.complaints() == [], page.complaints()


def assert_fits(page):
    """Nothing sticks out at the side, and no number or short word is torn apart."""
    assert page.value("document.documentElement.scrollWidth <= innerWidth"), page.value("document.documentElement.scrollWidth")
    torn = """[...document.querySelectorAll('.count dd, td .badge')]
        .filter((part) => part.scrollWidth > part.clientWidth + 1 || part.clientHeight > 45).map((part) => part.textContent).join()"""
    assert page.value(torn) == "", page.value(torn)


def test_an_ordinary_day(browser, pictures):
    for look in [{}, {"dark": True}, {"width": 360, "height": 740}, {"width": 700}]:
        with StandIn(states.ordinary()) as server, browser.page(server.url, **look) as page:
            page.wait(LIVE)
            assert_shows(page, server.state)
            assert "Room for the next in 9 s" in page.text() or "Room for the next in 8 s" in page.text()
            page.wait("!document.querySelector('#all-done').hidden")
            assert "All done in 40 m" in page.text() and "next start in " in page.text(), page.text()
            assert "1,200 by others" in page.text() and "No limit is known" in page.text()
            assert page.value("document.title").startswith("1,212 waiting")
            assert_fits(page)
            name = "dark" if look.get("dark") else f"light-{look.get('width', 1280)}"
            page.picture(pictures / f"{name}.png")
            assert_quiet(page)


def test_a_spent_day_is_explained(browser, pictures):
    with StandIn(states.spent()) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        assert "most of it not by D8" in page.text() and "groq-main takes over" in page.text(), page.text()
        page.wait("document.body.textContent.includes('runs out in')")
        assert_fits(page)
        page.picture(pictures / "spent.png")
        assert_quiet(page)


def test_in_spanish(browser, pictures):
    with StandIn(states.ordinary()) as server, browser.page(server.url, language="es-ES") as page:
        page.wait(LIVE)
        text = page.text()
        for words in ["En vivo", "Por qué esperan las tareas", "30 peticiones por minuto", "14.400 peticiones por día", "Cuota agotada", "Pausar"]:
            assert words in text, (words, text)
        assert page.value("document.documentElement.lang") == "es"
        assert "undefined" not in text
        page.picture(pictures / "spanish.png")
        assert_quiet(page)


def test_both_languages_have_the_same_words(browser, _):
    with StandIn(states.nothing()) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        differing = page.value("""(async () => {
            const text = await (await fetch('page.js')).text();
            const table = (name) => text.split(`const ${name} = {`)[1].split('\\n};')[0];
            const names = (name) => new Set([...table(name).matchAll(/(?<=[{,\\n] *)(\\w+): /g)].map((match) => match[1]));
            const [english, spanish] = [names('english'), names('spanish')];
            return [...english].filter((name) => !spanish.has(name)).concat([english.size > 60 ? '' : 'few']).filter(Boolean).join();
        })()""")
        assert differing == "", differing


def test_nothing_yet_says_what_to_do(browser, pictures):
    for language in ["en", "es"]:
        with StandIn(states.nothing()) as server, browser.page(server.url, width=800, height=700, language=language) as page:
            page.wait(LIVE)
            text = page.text()
            for words in ["GROQ_API_KEY", "d8 up", "d8 submit", f"--orchestrator {server.url.rstrip('/')}"]:
                assert words in text, (words, text)
            page.picture(pictures / f"empty-{language}.png")
            assert_quiet(page)


def test_an_account_without_a_worker_says_how_to_get_one(browser, _):
    with StandIn(states.without_workers()) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        assert f"d8 worker --account groq-main --orchestrator {server.url.rstrip('/')}" in page.text(".account")


def test_trouble_is_said_in_words(browser, pictures):
    for dark in [False, True]:
        with StandIn(states.trouble()) as server, browser.page(server.url, dark=dark) as page:
            page.wait(LIVE)
            text = page.text()
            for words in ["Parked: Key refused", "check it and run the same command again", "Parked: Refused for quota", "3 h 05 m",
                          "Paused by hand", "Full; room after an answer", "$1.2345 of $5.00"]:
                assert words in text, (words, text)
            assert "tried again in 3 h 05 m, " not in text
            page.picture(pictures / f"trouble-{'dark' if dark else 'light'}.png")
            assert_quiet(page)


def test_names_from_outside_are_only_text(browser, pictures):
    for width in [1280, 360]:
        with StandIn(states.crowded()) as server, browser.page(server.url, width=width) as page:
            page.wait(LIVE)
            assert_shows(page, server.state)
            assert page.value("document.querySelectorAll('img').length") == 0
            assert "<img src=x onerror=alert(1)>" in page.text() and "some new code" in page.text()
            assert "30 limits not used yet" in page.text()
            assert_fits(page)
            page.picture(pictures / f"crowded-{width}.png")
            assert_quiet(page)


def test_times_count_down_without_a_message(browser, _):
    with StandIn(states.ordinary()) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        first = page.text(".full .next")
        assert first in ["Full; room in 42 s", "Full; room in 41 s"], first
        page.wait(f"document.querySelector('.full .next').textContent !== {json.dumps(first)}")
        assert page.text(".full .next") < first


def test_new_numbers_arrive_and_elements_stay(browser, _):
    with StandIn(states.ordinary()) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        page.value("document.querySelectorAll('.account button')[1].focus(); window.kept = document.activeElement; 0")
        # The first account goes; a count and a limit move.
        def change(state):
            del state["accounts"][0]
            state["tasks"]["completed"] = 6000
            state["accounts"][0]["limits"][0]["used"] = 5
        server.tell(change)
        page.wait("document.querySelector('#count-completed dd').textContent === '6,000'")
        assert_shows(page, server.state)
        assert page.value("document.activeElement === window.kept"), "the focus was lost"
        assert_quiet(page)


def test_pause_and_resume(browser, _):
    state = states.ordinary()
    state["accounts"][0]["account"] = "groq main?"
    with StandIn(state) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        button = "document.querySelector('.account button')"
        page.value(f"{button}.focus(); {button}.click()")
        page.wait(f"{button}.textContent === 'Resume'")
        assert "Paused" in page.text(".account") and page.value(f"document.activeElement === {button}")
        page.wait(f"{button}.getAttribute('aria-busy') === 'false'")
        page.value(f"{button}.click()")
        page.wait(f"{button}.textContent === 'Pause'")
        assert server.posts == ["/api/accounts/groq%20main%3F/pause", "/api/accounts/groq%20main%3F/resume"], server.posts
        assert_quiet(page)


def test_a_refused_pause_is_told(browser, _):
    with StandIn(states.ordinary()) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        server.refusal = "this account belongs to a worker"
        page.value("document.querySelector('.account button').click()")
        page.wait("document.querySelector('.failure').textContent.includes('this account belongs to a worker')")


def test_a_lost_connection_is_said_and_found_again(browser, pictures):
    with StandIn(states.ordinary()) as server, browser.page(server.url) as page:
        page.wait(LIVE)
        server.go(down=True)
        page.wait("document.querySelector('#connection').textContent.startsWith('Reconnecting since')")
        assert "These numbers are as of then" in page.text("#stale")
        page.picture(pictures / "lost.png")
        server.go(down=False)
        page.wait(LIVE)
        assert page.value("document.querySelector('#stale').hidden")


def test_a_first_visit_without_an_answer(browser, _):
    with StandIn(states.nothing()) as server:
        server.go(down=True)
        with browser.page(server.url) as page:
            page.wait("document.querySelector('#stale:not([hidden])')")
            assert "No answer from D8" in page.text()


def test_who_listens_hears_a_table(browser, _):
    for width in [1280, 360]:
        with StandIn(states.ordinary()) as server, browser.page(server.url, width=width) as page:
            page.wait(LIVE)
            nodes = page.call("Accessibility.getFullAXTree")["nodes"]
            roles = [node.get("role", {}).get("value") for node in nodes if not node.get("ignored")]
            assert roles.count("table") == 2 and roles.count("columnheader") == 10, (width, roles)
            assert roles.count("rowheader") == 4 and roles.count("status") == 1, (width, roles)
            buttons = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "button"]
            assert buttons[:1] == ["Pause groq-main"], buttons


CONTRAST = """(() => {
    const channel = (value) => (value /= 255) <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
    const light = (rgb) => .2126 * channel(rgb[0]) + .7152 * channel(rgb[1]) + .0722 * channel(rgb[2]);
    const parse = (text) => text.match(/[\\d.]+/g).map(Number);
    const ground = (element) => {
        for (; element; element = element.parentElement) {
            const rgb = parse(getComputedStyle(element).backgroundColor);
            if (rgb.length < 4 || rgb[3] > 0) return rgb;
        }
    };
    const low = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!own || !element.checkVisibility()) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
        if ((a + .05) / (b + .05) < 4.5) low.push(element.textContent.trim().slice(0, 40));
    }
    return low.join('; ');
})()"""


def test_text_can_be_read_in_both_colours(browser, _):
    for make in [states.ordinary, states.trouble, states.nothing]:
        for dark in [False, True]:
            with StandIn(make()) as server, browser.page(server.url, dark=dark) as page:
                page.wait(LIVE)
                assert page.value(CONTRAST) == "", page.value(CONTRAST)


def against(url, browser, picture):
    """The page of an orchestrator that runs: shows what its own stream says, and complains of nothing."""
    import live
    with browser.page(url) as page:
        page.wait(LIVE, 30)
        until = time.monotonic() + 30
        while True:
            # A busy server's numbers move between the two looks.
            try:
                state = live.state(url)
                assert_shows(page, state)
                break
            except AssertionError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)
        assert_fits(page)
        page.picture(picture)
        assert_quiet(page)
        return state
