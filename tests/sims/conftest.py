from tests.extensions.conftest import carrier, config, device, later, messages, provider, target, work  # noqa: F401
