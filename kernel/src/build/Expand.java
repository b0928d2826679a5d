import java.io.IOException;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A step of the build: expands calls of a class's private static methods in some of its methods.
 *
 * <p>C2 inlines ordinary methods only until its graph of the caller has some 18,000 nodes, and loading or storing
 * one vector takes hundreds. After that a method that takes or returns a vector is a call, and every such vector is
 * allocated. The source can use such methods because they are expanded in the class file.
 *
 * <pre>
 *   java Expand.java target/classes/a/b/C.class... method...
 * </pre>
 *
 * <p>An argument that is a local, a constant or a static final field of the class is not copied to a local: it is read
 * where the parameter would be. That is a fifth of a loop.
 *
 * <p>What nothing calls after that is dropped.
 *
 * <p>Methods with exception handlers, with switches, or that call themselves cannot be expanded: the build stops.
 */
final class Expand implements CodeTransform {

  /** HotSpot does not compile longer methods, see its flag HugeMethodLimit. */
  private static final int LARGEST_METHOD = 8000;

  private static final int DEEPEST = 10;

  private final ClassModel model;
  private final Map<String, CodeAttribute> helpers = new HashMap<>();
  private final Set<String> constants = new HashSet<>();
  private final int firstFree;

  /** What was pushed last and can be pushed anywhere, not written yet: perhaps arguments of the next call. */
  private final Deque<Instruction> pushed = new ArrayDeque<>();

  private Expand(ClassModel model, int firstFree) {
    this.model = model;
    this.firstFree = firstFree;
    for (FieldModel field : model.fields()) {
      if (field.flags().has(AccessFlag.STATIC) && field.flags().has(AccessFlag.FINAL)) {
        constants.add(field.fieldName().stringValue());
      }
    }
    for (MethodModel method : model.methods()) {
      if (method.flags().has(AccessFlag.PRIVATE) && method.flags().has(AccessFlag.STATIC)) {
        helpers.put(
            method.methodName().stringValue() + method.methodType().stringValue(), code(method));
      }
    }
  }

  public static void main(String[] arguments) throws IOException {
    final List<String> files =
        Arrays.stream(arguments).filter(argument -> argument.endsWith(".class")).toList();
    for (String file : files) {
      expand(Path.of(file), Arrays.asList(arguments).subList(files.size(), arguments.length));
    }
  }

  private static void expand(Path file, List<String> methods) throws IOException {
    byte[] expanded = Files.readAllBytes(file);
    for (String name : methods) {
      expanded = expand(expanded, name);
      final int length = code(method(ClassFile.of().parse(expanded), name)).codeLength();
      if (length >= LARGEST_METHOD) {
        throw new IllegalStateException(
            file.getFileName() + ": " + name + " has " + length + " bytes: expected less than "
                + LARGEST_METHOD);
      }
    }
    Files.write(file, withoutUncalled(expanded));
  }

  /** Drops the private static methods that nothing calls any more. */
  private static byte[] withoutUncalled(byte[] bytes) {
    final ClassModel model = ClassFile.of().parse(bytes);
    final Set<String> called = new HashSet<>();
    for (MethodModel method : model.methods()) {
      method.code()
          .ifPresent(
              code -> code.forEach(
                  element -> {
                    if (element instanceof InvokeInstruction call) {
                      called.add(call.name().stringValue() + call.type().stringValue());
                    }
                  }));
    }
    final Predicate<ClassElement> isUncalled =
        element -> element instanceof MethodModel method
            && method.flags().has(AccessFlag.PRIVATE)
            && method.flags().has(AccessFlag.STATIC)
            && !called
                .contains(method.methodName().stringValue() + method.methodType().stringValue());
    if (model.methods().stream().noneMatch(isUncalled)) {
      return bytes;
    }
    // Anew, as what has been dropped may have called others.
    return withoutUncalled(
        ClassFile.of().transformClass(model, ClassTransform.dropping(isUncalled)));
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
    final int firstFree = code(method(model, name)).maxLocals();
    return classFile.transformClass(
        model,
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString(name),
            // Anew each time: where jumps turn out to be long, all is done again.
            CodeTransform.ofStateful(() -> new Expand(model, firstFree))));
  }

  @Override
  public void accept(CodeBuilder code, CodeElement element) {
    add(code, element, firstFree, 0);
  }

  @Override
  public void atEnd(CodeBuilder code) {
    writePushed(code);
  }

  private void writePushed(CodeBuilder code) {
    pushed.forEach(code::with);
    pushed.clear();
  }

  /** Whether this can be done later, and twice: in what is expanded no local of the caller is written. */
  private boolean isPush(CodeElement element) {
    return element instanceof LoadInstruction
        || element instanceof ConstantInstruction
        || element instanceof FieldInstruction field
            && field.opcode() == Opcode.GETSTATIC
            && field.owner().equals(model.thisClass())
            && constants.contains(field.name().stringValue());
  }

  /** Adds an element, or what it calls, whose locals are then those from {@code free} on. */
  private void add(CodeBuilder code, CodeElement element, int free, int depth) {
    if (isPush(element)) {
      pushed.add((Instruction) element);
      return;
    }
    final CodeAttribute helper =
        element instanceof InvokeInstruction call
            && call.opcode() == Opcode.INVOKESTATIC
            && call.owner().equals(model.thisClass())
                ? helpers.get(call.name().stringValue() + call.type().stringValue())
                : null;
    if (helper == null) {
      // A line number says nothing of the stack.
      if (!(element instanceof LineNumber)) {
        writePushed(code);
      }
      code.with(element);
      return;
    }
    if (depth == DEEPEST || !helper.exceptionHandlers().isEmpty()) {
      throw new IllegalStateException("cannot be expanded: " + element);
    }
    expand(code, (InvokeInstruction) element, helper, free, depth + 1);
  }

  /** The parameters of a call, each by its local in the method: as what is pushed, or in locals from the base on. */
  private Map<Integer, Instruction> parameters(
      CodeBuilder code, InvokeInstruction call, CodeAttribute helper, int base) {
    final Set<Integer> written = new HashSet<>();
    for (CodeElement element : helper) {
      if (element instanceof StoreInstruction store) {
        written.add(store.slot());
      } else if (element instanceof IncrementInstruction increment) {
        written.add(increment.slot());
      }
    }
    final Map<Integer, Instruction> parameters = new HashMap<>();
    final List<ClassDesc> types = call.typeSymbol().parameterList();
    int slot = types.stream().mapToInt(type -> TypeKind.from(type).slotSize()).sum();
    // The last argument is on top of the stack.
    for (ClassDesc type : types.reversed()) {
      final TypeKind kind = TypeKind.from(type);
      slot -= kind.slotSize();
      final Instruction argument = pushed.pollLast();
      if (argument != null && !written.contains(slot)) {
        parameters.put(slot, argument);
        continue;
      }
      if (argument != null) {
        code.with(argument);
      }
      code.storeLocal(kind, base + slot);
    }
    return parameters;
  }

  private void expand(
      CodeBuilder code, InvokeInstruction call, CodeAttribute helper, int base, int depth) {
    final Map<Integer, Instruction> parameters = parameters(code, call, helper, base);
    // By number: all returns of one kind are the same object.
    final List<CodeElement> elements = helper.elementList();
    int last = elements.size() - 1;
    while (!(elements.get(last) instanceof Instruction)) {
      last--;
    }
    final Map<Label, Label> labels = new HashMap<>();
    final Label end = code.newLabel();
    for (int i = 0; i < elements.size(); i++) {
      final CodeElement element = elements.get(i);
      switch (element) {
        case LabelTarget target -> {
          writePushed(code);
          code.labelBinding(labels.computeIfAbsent(target.label(), _ -> code.newLabel()));
        }
        case BranchInstruction branch -> {
          writePushed(code);
          code.branch(
              branch.opcode(), labels.computeIfAbsent(branch.target(), _ -> code.newLabel()));
        }
        case LoadInstruction load ->
          pushed.add(
              parameters.getOrDefault(
                  load.slot(), LoadInstruction.of(load.typeKind(), base + load.slot())));
        case StoreInstruction store -> {
          writePushed(code);
          code.storeLocal(store.typeKind(), base + store.slot());
        }
        case IncrementInstruction increment -> {
          writePushed(code);
          code.iinc(base + increment.slot(), increment.constant());
        }
        case ReturnInstruction _ -> {
          writePushed(code);
          if (i != last) {
            code.goto_(end);
          }
        }
        case TableSwitchInstruction _, LookupSwitchInstruction _ ->
          throw new IllegalStateException("cannot be expanded: " + call);
        case Instruction instruction ->
          add(code, instruction, base + helper.maxLocals(), depth);
        // Line numbers are dropped, so the line stays that of the call. Stack maps are made anew.
        default -> {
        }
      }
    }
    writePushed(code);
    code.labelBinding(end);
  }
}
