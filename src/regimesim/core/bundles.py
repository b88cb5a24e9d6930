"""Named tuples of arrays that compiled functions hand on by reference.

numba passes a named tuple by value: each of its arrays becomes eight or so arguments of every function
that is given it, and the four bundles of :mod:`regimesim.core.world` nearly nine hundred. They took more
time to compile than what the functions do with them. A class marked with :func:`by_reference` is one
argument, the address of a table of its arrays, and is used like any named tuple: ``world.trust[i, j, lane]``.
"""

from __future__ import annotations

from typing import Any, TypeVar

from regimesim.core import numba_alone  # noqa: F401  (before numba)

# isort: split
from llvmlite import ir  # type: ignore[import-untyped]
from numba import typeof
from numba.core import cgutils, types
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox

C = TypeVar("C", bound=type[tuple[Any, ...]])


class Bundle(types.Type):
    """The address of a named tuple's arrays; ``whole`` is numba's type of the named tuple itself."""

    def __init__(self, whole: Any) -> None:
        self.whole = whole
        self.text = str(whole)
        super().__init__(f"&{whole.instance_class.__name__}")

    @property
    def key(self) -> str:
        """Key that two of these types share if they are the same: a string, whose hash is worked out once."""
        return self.text


def by_reference(cls: C) -> C:
    """Have compiled functions take instances of the named tuple ``cls`` by reference."""

    @typeof_impl.register(cls)
    def bundle_of(value: tuple[Any, ...], _: object) -> Bundle:
        entries = [typeof(entry) for entry in value]
        return Bundle(types.NamedTuple(entries, cls))  # type: ignore[attr-defined]

    return cls


@register_model(Bundle)
class _Address(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, bundle: Bundle) -> None:
        super().__init__(manager, bundle, manager.lookup(bundle.whole).get_value_type().as_pointer())


@unbox(Bundle)
def _table_on_the_stack(bundle: Bundle, value: Any, c: Any) -> NativeValue:
    arrays = c.unbox(bundle.whole, value)
    table = cgutils.alloca_once_value(c.builder, arrays.value)
    return NativeValue(table, is_error=arrays.is_error, cleanup=arrays.cleanup)


@infer_getattr
class _Attribute(AttributeTemplate):  # type: ignore[misc]
    key = Bundle

    def generic_resolve(self, bundle: Bundle, name: str) -> types.Type | None:
        fields = bundle.whole.fields
        return bundle.whole.types[fields.index(name)] if name in fields else None


@lower_getattr_generic(Bundle)
def _load(context: Any, builder: ir.IRBuilder, bundle: Bundle, table: ir.Value, name: str) -> ir.Value:
    """Read an entry of the table. It never changes and can always be read: loops need not read it again."""
    for argument in builder.function.args:
        if argument.type == table.type:
            argument.attributes.dereferenceable = context.get_abi_sizeof(table.type.pointee)
    field = cgutils.gep_inbounds(builder, table, 0, bundle.whole.fields.index(name))
    entry = builder.load(field)
    entry.set_metadata("invariant.load", builder.module.add_metadata([]))
    return entry
