"""SIM states: the words on the wire and the names that people see."""

from extensions.sims.contract import SimState

_BY_WORD = {
    "INVENTORY": SimState.INVENTORY,
    "ACTIVATION_READY": SimState.ACTIVATION_READY,
    "ACTIVATED": SimState.ACTIVATED,
    "DEACTIVATED": SimState.DEACTIVATED,
    "RETIRED": SimState.RETIRED,
    "TEST_READY": SimState.TEST_READY,
    "TRIAL": SimState.TRIAL,
    "PURGED": SimState.PURGED,
    "REPLACED": SimState.REPLACED,
}
_WORDS = {state.value: word for word, state in _BY_WORD.items()}

SETTABLE = tuple(
    state.value
    for state in (
        SimState.INVENTORY,
        SimState.ACTIVATION_READY,
        SimState.ACTIVATED,
        SimState.DEACTIVATED,
        SimState.RETIRED,
    )
)


def state_name(word: str | None) -> str | None:
    """The name for a word of the wire; a word that is not known is shown as it is."""
    if word is None:
        return None
    state = _BY_WORD.get(word.strip().upper())
    return state.value if state else word


def wire_word(name: str) -> str:
    """The word for a name; KeyError for a name that is none."""
    return _WORDS[name]
