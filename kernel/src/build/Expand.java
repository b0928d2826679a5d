import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * A step of the build: expands calls of a class's private static methods in some of its methods.
 *
 * <p>C2 inlines ordinary methods only until its graph of the caller has some 18,000 nodes, and loading or storing
 * one vector takes hundreds. After that a method that takes or returns a vector is a call, and every such vector is
 * allocated. The source can use such methods because they are expanded in the class file.
 *
 * <pre>
 *   java Expand.java target/classes/a/b/C.class method...
 * </pre>
 *
 * <p>Methods with exception handlers, with switches, or that call themselves cannot be expanded: the build stops.
 */
final class Expand {

  /** HotSpot does not compile longer methods, see its flag HugeMethodLimit. */
  private static final int LARGEST_METHOD = 8000;

  private static final int DEEPEST = 10;

  private final ClassModel model;
  private final Map<String, CodeAttribute> helpers = new HashMap<>();

  private Expand(ClassModel model) {
    this.model = model;
    for (MethodModel method : model.methods()) {
      if (method.flags().has(AccessFlag.PRIVATE) && method.flags().has(AccessFlag.STATIC)) {
        helpers.put(
            method.methodName().stringValue() + method.methodType().stringValue(), code(method));
      }
    }
  }

  public static void main(String[] arguments) throws IOException {
    final Path file = Path.of(arguments[0]);
    byte[] expanded = Files.readAllBytes(file);
    for (String name : Arrays.asList(arguments).subList(1, arguments.length)) {
      expanded = expand(expanded, name);
      final int length = code(method(ClassFile.of().parse(expanded), name)).codeLength();
      if (length >= LARGEST_METHOD) {
        throw new IllegalStateException(
            name + " has " + length + " bytes: expected less than " + LARGEST_METHOD);
      }
    }
    Files.write(file, expanded);
  }

  private static CodeAttribute code(MethodModel method) {
    return (CodeAttribute) method.code().orElseThrow();
  }

  private static MethodModel method(ClassModel model, String name) {
    return model.methods()
        .stream()
        .filter(method -> method.methodName().equalsString(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no method " + name));
  }

  private static byte[] expand(byte[] bytes, String name) {
    // Loads classes, as the common superclass of the vectors is not public.
    final ClassFile classFile =
        ClassFile.of(
            ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofClassLoading(ClassLoader.getSystemClassLoader())));
    final ClassModel model = classFile.parse(bytes);
    final Expand expand = new Expand(model);
    final int firstFree = code(method(model, name)).maxLocals();
    return classFile.transformClass(
        model,
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString(name),
            (code, element) -> expand.add(code, element, firstFree, 0)));
  }

  /** Adds an element, or the body of the method it calls, whose locals then begin at {@code firstFree}. */
  private void add(CodeBuilder code, CodeElement element, int firstFree, int depth) {
    final CodeAttribute helper =
        element instanceof InvokeInstruction call
            && call.opcode() == Opcode.INVOKESTATIC
            && call.owner().equals(model.thisClass())
                ? helpers.get(call.name().stringValue() + call.type().stringValue())
                : null;
    if (helper == null) {
      code.with(element);
      return;
    }
    if (depth == DEEPEST || !helper.exceptionHandlers().isEmpty()) {
      throw new IllegalStateException("cannot be expanded: " + element);
    }
    expand(code, (InvokeInstruction) element, helper, firstFree, depth + 1);
  }

  private void expand(
      CodeBuilder code, InvokeInstruction call, CodeAttribute helper, int base, int depth) {
    final Deque<StoreInstruction> arguments = new ArrayDeque<>();
    int slot = base;
    for (ClassDesc type : call.typeSymbol().parameterList()) {
      final TypeKind kind = TypeKind.from(type);
      arguments.push(StoreInstruction.of(kind, slot));
      slot += kind.slotSize();
    }
    // The last argument is on top of the stack.
    arguments.forEach(code::with);
    final Map<Label, Label> labels = new HashMap<>();
    final Label end = code.newLabel();
    for (CodeElement element : helper) {
      switch (element) {
        case LabelTarget target ->
          code.labelBinding(labels.computeIfAbsent(target.label(), _ -> code.newLabel()));
        case BranchInstruction branch ->
          code.branch(
              branch.opcode(), labels.computeIfAbsent(branch.target(), _ -> code.newLabel()));
        case LoadInstruction load -> code.loadLocal(load.typeKind(), base + load.slot());
        case StoreInstruction store -> code.storeLocal(store.typeKind(), base + store.slot());
        case IncrementInstruction increment ->
          code.iinc(base + increment.slot(), increment.constant());
        case ReturnInstruction _ -> code.goto_(end);
        case TableSwitchInstruction _, LookupSwitchInstruction _ ->
          throw new IllegalStateException("cannot be expanded: " + call);
        case Instruction instruction ->
          add(code, instruction, base + helper.maxLocals(), depth);
        // Line numbers are dropped, so the line stays that of the call. Stack maps are made anew.
        default -> {
        }
      }
    }
    code.labelBinding(end);
  }
}
