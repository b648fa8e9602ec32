"""Pure rules of a show: no disk, no network, no Qt."""
