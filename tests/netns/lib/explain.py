# What scripts for tests/traffic/packets.py need to ask `dsrctl explain`; it is put
# before them.

def key(vip, port="80/tcp"):
    return f"[{vip}]:{port}" if ":" in vip else f"{vip}:{port}"


def ctl(*words):
    return director("dsrctl", *words)


def request(sport, vip, port="80/tcp", src=None):
    src = src or client_of(vip)
    return f"[{src}]:{sport}" if ":" in src else f"{src}:{sport}", key(vip, port)


def explain_all(requests):
    """What is said of each, by one shell on the director."""
    lines = "".join("dsrctl -j explain " + " ".join(each) + "\n" for each in requests)
    return [json.loads(line)[0] for line in director("sh", "-c", lines).splitlines()]


def explain(*words):
    return explain_all([words])[0]


def name_of(answer):
    """Of a backend as packets.py has it, "" where there's none."""
    return "b" + answer["backend"]["address"][-1] if "backend" in answer else ""


def told(answer, *keys):
    return tuple(answer.get(each) for each in keys)


def sport_of(packet):
    head = 40 if version(packet) == 6 else 20
    return int.from_bytes(packet[head:head + 2], "big")


def state():
    """All that could change: counters, flows, gauges."""
    return [ctl("stats"), ctl("flow", "count"), ctl("-s", "service", "show")]


def port_of(backend, vip, ports, port="80/tcp"):
    """The first of these client ports from which a new flow would go to a backend."""
    answers = explain_all([request(each, vip, port) for each in ports])
    return next(each for each, answer in zip(ports, answers)
                if (name_of(answer), answer["past"]) == (backend, "none"))


FIELDS = "decision", "past", "counter"


def both(name, ask, packet, backend, decision, past, counter_name):
    """What is told, and that it is so; backend None: any."""
    answer = explain(*ask)
    same(f"{name}: told", (name_of(answer), *told(answer, *FIELDS)),
         (name_of(answer) if backend is None else backend, decision, past, counter_name))
    if counter_name == "forwarded":
        same(f"{name}: done", where(packet), name_of(answer))
        return answer
    before = counter(counter_name)
    same(f"{name}: done", (where(packet), counter(counter_name) - before), ("", 1))
    return answer
