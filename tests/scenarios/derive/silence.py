"""The recorder's own troubles."""

from derivation import derived


def silence(epoch, targets):
    """As if these targets had answered nothing in time."""
    for name in [name for name in epoch.files if "/" in name and name.split("/")[0] in targets]:
        del epoch.files[name]
        target, endpoint = name.split("/")
        epoch.files[f"{target}/{endpoint.split('.')[0]}.error"] = b"timeout\nTimeout was reached\n"


@derived(of="healthy_and_busy")
def all_targets_silent(capture):
    """For three seconds no target answers: the recorder was cut off, the servers were not."""
    start = capture.epochs[2 * len(capture.epochs) // 3].started
    for epoch in capture.epochs:
        if start <= epoch.started < start + 3:
            silence(epoch, {"e1", "e2", "e3"})
