"""The compiler: all that uses numba's own interfaces, which are nobody's promise (see ``TRIED``).

It teaches numba to take bundles by reference, and makes object code of entries for this or another machine:
numba infers the types and writes LLVM's language, LLVM optimises it for the target, and what comes of the
entry and of all that it calls is put together into one object file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from regimesim.core import numba_alone  # noqa: F401  (before numba)

# isort: split
import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
from llvmlite import ir
from numba import typeof
from numba.core import cgutils, codegen, registry, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, models, register_model, typeof_impl, unbox

from regimesim.core.bundles import ByReference
from regimesim.core.functions import Compiled

TRIED = (0, 60), (0, 69)
"""Versions of numba with which this module was tried: from the first on, below the second."""


def _refuse_what_was_not_tried(version: str) -> None:
    least, bound = TRIED
    if not least <= tuple(int(part) for part in version.split(".")[:2]) < bound:
        asked = f"numba>={least[0]}.{least[1]},<{bound[0]}.{bound[1]}"
        raise ImportError(
            f"numba {version} was not tried with this program, which uses its inner parts to compile the "
            f'model: install another one with  python -m pip install "{asked}"'
        )


_refuse_what_was_not_tried(numba.__version__)
_MANNERS = {
    "scalar": {"forceinline": True},
    "lanewise": {"forceinline": True},
    "inlined": {"forceinline": True},
    "kernel": {"no_cpython_wrapper": True},
    "entry": {"nogil": True},
}


def dispatcher_of(function: Compiled) -> Any:
    """Hand a function over to numba, once, in its manner (:mod:`regimesim.core.compiler`)."""
    made = function.__dict__.get("_dispatcher")
    return made or function.__dict__.setdefault("_dispatcher", _handed_over(function))


def _handed_over(function: Compiled) -> Any:
    options = {"error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False, **_MANNERS[function.manner]}
    compiled = numba.njit(**options)(function.function)
    if function.manner == "lanewise":
        compiled._compiler._customize_flags = _without_aliases
    return compiled


def _without_aliases(flags: Any) -> Any:
    flags.noalias = True
    return flags


@typeof_impl.register(Compiled)
def _function_of(value: Compiled, context: Any) -> Any:
    return typeof_impl(dispatcher_of(value), context)


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


@typeof_impl.register(ByReference)
def _bundle_of(value: Any, _: object) -> Bundle:
    fields = [typeof(entry) for entry in value]
    return Bundle(types.NamedTuple(fields, type(value)))  # type: ignore[attr-defined]


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


class Machine(NamedTuple):
    """A kind of machine that code is made for, in the words of LLVM.

    Addresses in the code are whole, for whoever loads an object file may put its parts far from each other.
    """

    triple: str
    processor: str
    features: str = ""
    addresses: str = "large"

    def open(self) -> Any:
        """Open LLVM's description of it."""
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        return llvm.Target.from_triple(self.triple).create_target_machine(
            cpu=self.processor, features=self.features, opt=3, reloc="static", codemodel=self.addresses
        )


_LINUX_X86, _LINUX_ARM = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"
MACHINES = {
    "x86-64": Machine(_LINUX_X86, "x86-64"),
    "x86-64-v3": Machine(_LINUX_X86, "x86-64-v3"),
    "x86-64-v4": Machine(_LINUX_X86, "x86-64-v4"),
    "aarch64": Machine(_LINUX_ARM, "generic"),
    "wasm32": Machine(
        "wasm32-unknown-unknown", "generic", "+simd128,+bulk-memory,+nontrapping-fptoint,+sign-ext", "default"
    ),
}
"""Machines by the name of the target; WebAssembly with vectors of a fixed width, as all browsers have it."""


class _Library(codegen.AOTCodeLibrary):  # type: ignore[misc]
    """Code of a function, and what numba wrote of it: that is the same for machines with the same words."""

    def __init__(self, generator: Any, name: str) -> None:
        super().__init__(generator, name)
        self.sources: list[ir.Module] = []

    def add_ir_module(self, ir_module: ir.Module) -> None:
        """Take in what numba wrote."""
        self.sources.append(ir_module)
        super().add_ir_module(ir_module)

    def get_pointer_to_function(self, name: str) -> int:
        """Give an address that is nobody's: this code is not for the process that makes it."""
        return 1


class _Elsewhere(codegen.AOTCPUCodegen):  # type: ignore[misc]
    """numba's code generator, but for a machine that may be another one."""

    _library_class = _Library

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        super().__init__("elsewhere")

    def _init(self, llvm_module: Any) -> None:
        self._tm = self._machine.open()
        self._tm_features = self._machine.features
        self._target_data = self._tm.target_data
        self._data_layout = str(self._target_data)
        self._loopvect, self._opt_level = False, 0

    def _create_empty_module(self, name: str) -> ir.Module:
        module = ir.Module(cgutils.normalize_ir_text(name))
        module.triple = self._machine.triple
        if self._data_layout:
            module.data_layout = self._data_layout
        return module

    def _check_llvm_bugs(self) -> None:
        """Nothing is run here."""

    def set_env(self, env_name: str, env: Any) -> None:
        """Nothing is run here."""


def object_codes(
    entries: Mapping[str, tuple[Compiled, Sequence[Any]]], machines: Sequence[Machine]
) -> list[bytes]:
    """Compile entries, each for the types of some arguments, into an object file for each machine.

    To be called in a process of its own, before anything is compiled: nothing can be run there afterwards.

    Parameters
    ----------
    entries : mapping of str to (function, arguments)
        By the name that it gets in the object files.
    machines : sequence of Machine
        With words of the same length: numba's part of the work is done once.
    """
    first, *others = machines
    registry.cpu_target.target_context._internal_codegen = _Elsewhere(first)
    made = {name: _compiled(*entry) for name, entry in entries.items()}
    names = {result.fndesc.llvm_func_name: name for name, result in made.items()}
    libraries = [result.library for result in made.values()]
    codes = [_put_together(libraries, names)]
    for machine in others:
        generator, again = _Elsewhere(machine), dict[int, _Library]()
        with global_compiler_lock:
            codes.append(_put_together([_again(x, generator, again) for x in libraries], names))
    return codes


def _again(library: Any, generator: _Elsewhere, made: dict[int, Any]) -> Any:
    """Optimise a function, and all that it calls, for another machine."""
    if id(library) not in made:
        made[id(library)] = other = generator.create_library(library.name)
        for called in library._linking_libraries:
            other.add_linking_library(_again(called, generator, made))
        for source in library.sources:
            source.triple, source.data_layout = generator._machine.triple, generator._data_layout
            other.add_ir_module(source)
        other.finalize()
    return made[id(library)]


def code_for_here(function: Compiled, arguments: Sequence[Any], name: str) -> bytes | None:
    """Compile a function for this machine into an object file; None if it gives anything back."""
    result = _compiled(function, arguments)
    if result.signature.return_type is not types.none:
        return None
    return _put_together([result.library], {result.fndesc.llvm_func_name: name})


def _put_together(libraries: Sequence[Any], names: Mapping[str, str]) -> bytes:
    """Emit one object file of functions, renamed, and of all that they call."""
    found: dict[int, Any] = {}
    for library in libraries:
        _gather(library, found)
    whole = _joined([library._final_module for library in found.values()], names)
    machine = libraries[0].codegen._tm
    _drop_what_is_not_called(whole, machine)
    return bytes(machine.emit_object(whole))


def _compiled(function: Compiled, arguments: Sequence[Any]) -> Any:
    signature, dispatcher = tuple(typeof(argument) for argument in arguments), dispatcher_of(function)
    dispatcher.compile(signature)
    return dispatcher.overloads[signature]


def _gather(library: Any, found: dict[int, Any]) -> None:
    """Find the library of every function that is called, however far down."""
    if id(library) not in found:
        found[id(library)] = library
        for other in library._linking_libraries:
            _gather(other, found)


def _joined(modules: Sequence[Any], names: Mapping[str, str]) -> Any:
    """Join optimised modules as they are; only what is in ``names`` can be seen from outside, renamed."""
    whole = llvm.parse_assembly("")
    for module in modules:
        part = module.clone()
        for function in part.functions:
            if not function.is_declaration and function.name not in names:
                function.linkage = "linkonce_odr"
        whole.link_in(part)
    for function in whole.functions:
        if function.is_declaration:
            if function.name == "sqrt":  # the same number, without a library
                function.name = "llvm.sqrt.f64"
        elif function.name in names:
            function.name = names[function.name]
        else:
            function.linkage = "internal"
    for variable in whole.global_variables:
        variable.linkage = "internal"
    return whole


def _drop_what_is_not_called(module: Any, machine: Any) -> None:
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=0)))
