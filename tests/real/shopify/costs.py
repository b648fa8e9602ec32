"""What a request costs by the rule that Shopify publishes, and the bucket that it is paid from.

One point an object, two and the asked size for a connection, ten for a mutation; nothing for scalars.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    value_from_ast_untyped,
)

LARGEST = 1_000


class Costs:
    """Costs of requests on one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def requested(self, document: DocumentNode, variables: Mapping[str, Any]) -> int:
        """Before anything is looked up."""
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        total = 0
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                root = self._schema.get_root_type(definition.operation)
                assert root is not None
                walk = _Walk(self._schema, fragments, variables)
                total += walk.of(definition.selection_set, root)
                total += 10 if definition.operation.value == "mutation" else 0
        return total


@dataclass
class _Walk:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType, times: int = 1) -> int:
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                total += self._field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                on = node.type_condition
                total += self.of(node.selection_set, self.schema.type_map[on.name.value] if on else parent)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                on_type = self.schema.type_map[fragment.type_condition.name.value]
                total += self.of(fragment.selection_set, on_type)
        return total * times

    def _field(self, node: FieldNode, parent: GraphQLNamedType) -> int:
        if node.name.value.startswith("__") or self._left_out(node):
            return 0
        field = parent.fields[node.name.value]  # type: ignore[attr-defined]
        of = get_named_type(field.type)
        if is_leaf_type(of) or not is_composite_type(of):
            return 0
        given = {
            a.name.value: value_from_ast_untyped(a.value, dict(self.variables)) for a in node.arguments or ()
        }
        if of.name.endswith("Connection"):
            size = int(given.get("first") or given.get("last") or 0)
            nodes = (
                [n for n in node.selection_set.selections if isinstance(n, FieldNode)]
                if node.selection_set
                else []
            )
            (inner,) = [n for n in nodes if n.name.value == "nodes"]
            of_node = get_named_type(of.fields["nodes"].type)  # type: ignore[attr-defined]
            return 2 + size * (1 + self.of(inner.selection_set, of_node))
        if of.name == "PageInfo":
            return 0
        times = len(given["ids"]) if "ids" in given else int(given.get("first") or 1)
        return times * (1 + self.of(node.selection_set, of))

    def _left_out(self, node: FieldNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value == "include":
                condition = next(iter(directive.arguments or ()))
                return not value_from_ast_untyped(condition.value, dict(self.variables))
        return False


@dataclass
class LeakyBucket:
    """The platform's own bucket."""

    maximum: float = 20_000
    refill: float = 1_000
    now_s: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._left, self._at = self.maximum, self.now_s()

    @property
    def left(self) -> float:
        now = self.now_s()
        self._left = min(self.maximum, self._left + (now - self._at) * self.refill)
        self._at = now
        return self._left

    def pay(self, points: float) -> bool:
        """Whether there were enough; then they are gone."""
        if self.left < points:
            return False
        self._left -= points
        return True

    def refund(self, points: float) -> None:
        """What was asked for and not used."""
        self._left = min(self.maximum, self.left + points)

    def status(self) -> dict[str, float]:
        """As `extensions.cost.throttleStatus` tells it."""
        return {
            "maximumAvailable": float(self.maximum),
            "currentlyAvailable": int(self.left),
            "restoreRate": float(self.refill),
        }
