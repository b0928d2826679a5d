package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks in the kernel's class files which package uses which. */
class ArchitectureTest {

  private static final Pattern CLASS_IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+);");
  private static final String PUBLIC = "org.adamant";
  private static final String TRAINING = "org.adamant.training";
  private static final String CHECKPOINT = "org.adamant.checkpoint";
  private static final String LOOP = "org.adamant.internal.loop";
  private static final String PLATFORM = "org.adamant.internal.platform";
  private static final String WIDTH = "org.adamant.internal.width";
  private static final String WORK = "org.adamant.internal.work";

  /** Annotations: a JVM does not look for their classes, nor does who uses the kernel need them. */
  private static final String ANNOTATIONS = "org.jspecify.annotations";

  /** The packages of the kernel, and which of them each may use. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          PUBLIC, Set.of(CHECKPOINT, LOOP, PLATFORM, TRAINING, WIDTH, WORK),
          CHECKPOINT, Set.of(),
          TRAINING, Set.of(),
          WIDTH, Set.of(LOOP, PLATFORM),
          PLATFORM, Set.of(LOOP),
          WORK, Set.of(LOOP),
          LOOP, Set.of());

  /** The names of the classes that each class of the kernel refers to. */
  private static Map<String, Set<String>> uses;

  @BeforeAll
  static void readClassFiles() throws IOException {
    uses = new TreeMap<>();
    try (Stream<Path> files = Files.walk(ForkedJvm.rootOf(AdamKernel.class))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        final ClassModel model = ClassFile.of().parse(file);
        uses.put(model.thisClass().asInternalName().replace('/', '.'), uses(model));
      }
    }
    assertThat(uses)
        .containsKeys(
            PUBLIC + ".AdamKernel", LOOP + ".SimdLoop", LOOP + ".ReferenceLoop",
            PLATFORM + ".Changeover", WIDTH + ".SupportedWidths", WORK + ".Parts",
            CHECKPOINT + ".SafeTensors",
            TRAINING + ".Schedule");
  }

  /** Classes named in the constant pool: referred to by the code, or in any descriptor. */
  private static Set<String> uses(ClassModel model) {
    final Set<String> names = new TreeSet<>();
    model
        .constantPool()
        .forEach(
            entry -> {
              if (entry instanceof ClassEntry named && !named.asSymbol().isArray()) {
                names.add(named.asInternalName().replace('/', '.'));
              } else if (entry instanceof Utf8Entry text) {
                CLASS_IN_DESCRIPTOR
                    .matcher(text.stringValue())
                    .results()
                    .forEach(match -> names.add(match.group(1).replace('/', '.')));
              }
            });
    names.remove(model.thisClass().asInternalName().replace('/', '.'));
    return names;
  }

  private static String packageOf(String className) {
    return className.substring(0, Math.max(0, className.lastIndexOf('.')));
  }

  /** The kernel's classes that use a package. */
  private static Set<String> usersOf(String packageName) {
    return uses.keySet()
        .stream()
        .filter(
            user -> uses.get(user).stream().anyMatch(used -> packageOf(used).equals(packageName)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyPackageUsesOnlyThoseBelowIt() {
    assertThat(
        uses.keySet()
            .stream()
            .map(ArchitectureTest::packageOf)
            .filter(name -> !name.isEmpty())
            .distinct())
        .containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
    for (String used : MAY_USE.keySet()) {
      assertThat(usersOf(used))
          .as("users of %s", used)
          .isNotEmpty()
          .allSatisfy(
              user -> assertThat(
                  packageOf(user).equals(used) || MAY_USE.get(packageOf(user)).contains(used))
                  .as(user)
                  .isTrue());
    }
  }

  @Test
  void onlyTheLoopAndTheQuestionForTheWidthTouchTheVectorApi() {
    assertThat(usersOf("jdk.incubator.vector"))
        .containsExactly(
            LOOP + ".DoubleSimdLoop", LOOP + ".RelativeDoubleSimdLoop",
            LOOP + ".RelativeSimdLoop", LOOP + ".SimdLoop", WIDTH + ".NativeWidth");
  }

  @Test
  void onlyTheReaderOfFlagsTouchesManagement() {
    assertThat(usersOf("com.sun.management")).containsExactly(WIDTH + ".JvmFlags");
    assertThat(usersOf("java.lang.management")).containsExactly(WIDTH + ".JvmFlags");
  }

  @Test
  void theKernelNeedsNothingButItselfAndFourModulesOfTheJdk() {
    final Map<String, String> modules = new HashMap<>();
    for (ModuleReference module : ModuleFinder.ofSystem().findAll()) {
      module.descriptor().packages().forEach(p -> modules.put(p, module.descriptor().name()));
    }
    final Set<String> packages =
        uses.values()
            .stream()
            .flatMap(Set::stream)
            .map(ArchitectureTest::packageOf)
            .filter(name -> !name.isEmpty() && !MAY_USE.containsKey(name))
            .filter(name -> !name.equals(ANNOTATIONS))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(packages)
        .allSatisfy(
            name -> assertThat(modules.get(name))
                .as("module of package %s", name)
                .isIn(
                    "java.base",
                    "java.management",
                    "jdk.management",
                    "jdk.incubator.vector"));
  }

  @Test
  void theModuleExportsThePublicPackagesAndRequiresNothingAtRunTime() throws IOException {
    final Path file = ForkedJvm.rootOf(AdamKernel.class).resolve("module-info.class");
    try (InputStream in = Files.newInputStream(file)) {
      final ModuleDescriptor module = ModuleDescriptor.read(in);
      assertThat(module.name()).isEqualTo("org.adamant.kernel");
      assertThat(module.exports().stream().filter(e -> !e.isQualified()).map(Exports::source))
          .containsExactlyInAnyOrder(PUBLIC, CHECKPOINT, TRAINING);
      assertThat(
          module.requires()
              .stream()
              .filter(r -> !r.modifiers().contains(Requires.Modifier.STATIC))
              .map(Requires::name))
          .containsExactly("java.base");
      assertThat(module.opens()).isEmpty();
    }
  }
}
