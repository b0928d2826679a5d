package org.adamant.internal.width;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jdk.incubator.vector.VectorShape;
import org.adamant.internal.loop.Specialisation.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of a JVM, and for which answers which vectors are not used, with which advice. */
class MachineTest {

  private static final Machine THIS = new Machine();

  @Test
  void knowsTheModulesOfThisJvm() {
    assertThat(THIS.hasVectorModule())
        .isEqualTo(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    assertThat(THIS.isVectorModuleInImage()).isTrue();
  }

  @Test
  void knowsHowThisJvmRunsCode() {
    assertThat(THIS.info()).isEqualTo(System.getProperty("java.vm.info")).isNotEmpty();
  }

  @Test
  void knowsTheFlagsOfThisJvmAndWhichItDoesNotHave() {
    assertThat(THIS.flag("UseFMA", "unknown")).isIn("true", "false");
    assertThat(THIS.flag("NoSuchFlag", "unknown")).isEqualTo("unknown");
  }

  @Test
  void knowsTheWidestVectorOfThisJvm() {
    assertThat(THIS.widestVector()).isEqualTo(VectorShape.preferredShape().vectorBitSize());
  }

  @Test
  void theLoopsOfThisJvmPassTheSelfCheck() {
    for (Element element : Element.values()) {
      for (int laneBits = 64; laneBits <= Math.min(512, THIS.widestVector()); laneBits *= 2) {
        assertThat(THIS.passesSelfCheck(element, laneBits)).isTrue();
      }
    }
  }

  /** A JVM that runs vectors of 256 bits, but for what a test changes. */
  private static class Other extends Machine {

    boolean hasModule = true;
    boolean isInImage = true;
    String info = "mixed mode, sharing";
    String obstacle;
    boolean hasHardwareFma = true;
    ClassLoader loader = Machine.class.getClassLoader();
    final Map<String, String> flags = new HashMap<>();

    @Override
    boolean hasVectorModule() {
      return hasModule;
    }

    @Override
    boolean isVectorModuleInImage() {
      return isInImage;
    }

    @Override
    String info() {
      return info;
    }

    @Override
    String flag(String name, String otherwise) {
      return flags.getOrDefault(name, otherwise);
    }

    @Override
    Optional<String> obstacleToSpecialising() {
      return Optional.ofNullable(obstacle);
    }

    @Override
    boolean hasHardwareFma() {
      return hasHardwareFma;
    }

    @Override
    ClassLoader loader() {
      return loader;
    }

    @Override
    int widestVector() {
      return 256;
    }

    @Override
    boolean passesSelfCheck(Element element, int laneBits) {
      return true;
    }
  }

  private static void assertRefused(Machine jvm, String why, String advice) {
    assertThat(SupportedWidths.examine(128, jvm))
        .hasValueSatisfying(reason -> assertThat(reason).contains(why).contains("; " + advice));
  }

  @Test
  void acceptsWhatTheHardwareRunsAndNothingWider() {
    // Also where the flags cannot be read.
    final Other jvm = new Other();
    assertThat(SupportedWidths.examine(64, jvm)).isEmpty();
    assertThat(SupportedWidths.examine(256, jvm)).isEmpty();
    assertThat(SupportedWidths.examine(512, jvm))
        .hasValue(
            "the widest vector that this JVM runs natively has 256 bits; use a narrower one");
  }

  @Test
  void whatWasFoundOutOnceIsKept() {
    final int tooWide = 2 * Math.max(512, THIS.widestVector());
    SupportedWidths.OBSTACLES.remove(tooWide);
    assertThat(SupportedWidths.obstacle(tooWide)).isPresent()
        .isSameAs(SupportedWidths.obstacle(tooWide));
  }

  @Test
  void refusesWithoutTheModule() {
    final Other jvm = new Other();
    jvm.hasModule = false;
    assertRefused(
        jvm,
        "the module jdk.incubator.vector is not resolved",
        "start java with --add-modules jdk.incubator.vector");
    jvm.isInImage = false;
    assertRefused(
        jvm,
        "this Java run-time image does not contain the module jdk.incubator.vector",
        "link it with jlink --add-modules jdk.incubator.vector");
  }

  @Test
  void refusesInTheInterpreter() {
    final Other jvm = new Other();
    jvm.info = "interpreted mode";
    assertRefused(jvm, "only interprets", "start java without -Xint");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "2", "3"})
  void refusesWithoutTheOptimisingCompiler(String level) {
    final Other jvm = new Other();
    jvm.flags.put("TieredStopAtLevel", level);
    assertRefused(
        jvm, "without its optimising compiler C2", "start java without -XX:TieredStopAtLevel");
  }

  @Test
  void refusesWhereOnlyTheNameTellsThatThereIsNoOptimisingCompiler() {
    final Other jvm = new Other();
    jvm.info = "mixed mode, emulated-client, sharing";
    assertRefused(
        jvm, "without its optimising compiler C2", "start java without -XX:TieredStopAtLevel");
  }

  @Test
  void refusesWithoutHardwareFma() {
    final Other jvm = new Other();
    jvm.hasHardwareFma = false;
    assertRefused(jvm, "no hardware fused multiply-add", "use a processor that has it");
  }

  /** Which makes the scalar path slow as well, a missing module only some of its variants. */
  @Test
  void saysFirstWhatMakesEveryPathSlow() {
    final Other jvm = new Other();
    jvm.hasModule = false;
    jvm.hasHardwareFma = false;
    assertRefused(jvm, "no hardware fused multiply-add", "use a processor that has it");
    jvm.obstacle = "nothing can be specialised for a test; do not test";
    assertRefused(jvm, "nothing can be specialised for a test", "do not test");
  }

  /** In an interpreter everything is slow, and how slow an fma is there says nothing about the others. */
  @Test
  void doesNotTimeTheInterpreter() {
    final Other jvm = new Other();
    jvm.info = "interpreted mode";
    jvm.hasHardwareFma = false;
    assertRefused(jvm, "only interprets", "start java without -Xint");
  }

  @Test
  void findsOutWithTheClockWhatTheFlagSays() {
    assertThat(THIS.hasHardwareFma()).isEqualTo(Boolean.valueOf(THIS.flag("UseFMA", "true")));
  }

  @Test
  void refusesWhereTheLoaderHidesThePackage() {
    final Other jvm = new Other();
    jvm.loader = ClassLoader.getPlatformClassLoader();
    assertThat(SupportedWidths.examine(128, jvm)).isEmpty();
    jvm.loader =
        new ClassLoader() {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            throw new ClassNotFoundException(name);
          }

          @Override
          public String toString() {
            return "a loader that filters";
          }
        };
    assertRefused(
        jvm,
        "the class loader of this library (a loader that filters) does not see the package"
            + " jdk.incubator.vector",
        "to get SIMD, under OSGi");
  }

  @Test
  void acceptsTheOrdinaryFlags() {
    final Other jvm = new Other();
    jvm.flags.put("TieredStopAtLevel", "4");
    assertThat(SupportedWidths.examine(128, jvm)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"FLOAT", "DOUBLE"})
  void refusesALoopThatFailsTheSelfCheck(Element failing) {
    final Machine jvm =
        new Other() {
          @Override
          boolean passesSelfCheck(Element element, int laneBits) {
            assertThat(laneBits).isEqualTo(128);
            return element != failing;
          }
        };
    assertRefused(jvm, "the 128-bit loop did not reproduce the reference", "please report this");
  }

  private static Machine failingWith(Error error) {
    return new Other() {
      @Override
      boolean passesSelfCheck(Element element, int laneBits) {
        throw error;
      }
    };
  }

  @Test
  void refusesAVectorApiOfAnotherForm() {
    assertRefused(
        failingWith(new NoSuchMethodError("FloatVector.fma")),
        "java.lang.NoSuchMethodError: FloatVector.fma",
        "use Java 25");
    assertRefused(failingWith(new Error("no vectors")), "java.lang.Error: no vectors",
        "use Java 25");
  }

  /** What is found out is kept, and the memory may be enough the next time. */
  @Test
  void wantOfMemoryIsNoReasonToRefuse() {
    final OutOfMemoryError error = new OutOfMemoryError("for a test");
    assertThatThrownBy(() -> SupportedWidths.examine(128, failingWith(error))).isSameAs(error);
  }
}
