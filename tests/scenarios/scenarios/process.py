"""Servers that end, come back, hang and drain."""

from catalogue import scenario


def one_of_three(draw):
    return {"victim": draw.choice(["e1", "e2", "e3"]), "down": round(draw.uniform(66, 85), 1)}


@scenario(parameters=one_of_three)
def crash_and_restart(lab, p):
    """A server is killed, stays away for more than a minute, and is started again."""
    lab.cluster("east", 3)
    lab.begin(lead=130)
    victim = lab.server(p["victim"])
    kill = lab.kill(victim)
    lab.wait(p["down"])
    back = lab.start(victim, fault=kill)
    lab.wait(25)
    lab.truth.must("server_down", victim, severity="critical", began=kill.began, ended=back)
    lab.truth.event("server_restarted", victim, severity="critical", at=back, before=kill.began.early)
    lab.truth.cause("process_down", of="server_down", server=victim, also=["restart"])
