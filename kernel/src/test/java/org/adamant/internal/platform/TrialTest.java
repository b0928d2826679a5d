package org.adamant.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeModel;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.adamant.LaneWidth;
import org.adamant.internal.loop.Kind;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.loop.Templates;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.platform.Trial.Operation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A trial judges the vectors of a loop, not the scalar path that the loop falls back on. */
class TrialTest {

  static Stream<Layout> layouts() {
    final Kind floats = Kind.FLOAT_SEGMENT;
    final Kind halves = Kind.BFLOAT16_SEGMENT;
    final Kind blocks = Kind.BLOCK8_SEGMENT;
    return Stream.of(
        Layout.FLOATS,
        Layout.DOUBLES,
        Layout.uniform(floats),
        Layout.uniform(halves),
        moments(floats, blocks, blocks),
        moments(halves, blocks, blocks),
        moments(floats, blocks, floats),
        moments(floats, floats, blocks));
  }

  private static Layout moments(Kind others, Kind m, Kind v) {
    return Layout.of(others, others, m, v, Kind.NONE, Kind.NONE, Kind.NONE, Kind.NONE);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void noticesThatVectorsAreNotStepped(Layout layout) throws Throwable {
    final Loop without = simd(layout, "stepVectors", CodeBuilder::return_);
    for (Trial.Selection kind : Trial.Selection.values()) {
      // A tail has no vectors.
      assertThat(isRight(layout, kind, without)).as("%s", kind)
          .isEqualTo(kind == Trial.Selection.TAIL);
    }
  }

  /** Moments as new memory has them, which the scalar path steps: what it does must have been seen as well. */
  @ParameterizedTest
  @MethodSource("layouts")
  void noticesThatVectorsAreSteppedWhichOnlyTheScalarPathCanRead(Layout layout) throws Throwable {
    final Loop always = simd(layout, "isForVectors", code -> code.iconst_1().ireturn());
    for (Trial.Selection kind : Trial.Selection.values()) {
      assertThat(isRight(layout, kind, always))
          .as("%s", kind)
          .isEqualTo(!layout.hasBlocks() || kind != Trial.Selection.SPECIAL_NUMBERS);
    }
  }

  private static boolean isRight(Layout layout, Trial.Selection kind, Loop loop) {
    final Loop reference = Specialiser.loop(constants(layout).forTrials());
    return new Trial(layout).run(Operation.STEP, kind, reference, loop);
  }

  private static Specialisation constants(Layout layout) {
    return new Specialisation(layout, LaneWidth.preferred().bits(), Variant.BASIC);
  }

  /** The SIMD loop with another body of one method. */
  private static Loop simd(Layout layout, String changed, Consumer<CodeBuilder> body)
      throws Throwable {
    final Specialisation constants = constants(layout);
    assumeThat(constants.isScalar()).isFalse();
    final byte[] file =
        ClassFile.of()
            .transformClass(
                ClassFile.of().parse(Templates.simd(layout)),
                ClassTransform.transformingMethods(
                    method -> method.methodName().equalsString(changed),
                    (method, next) -> {
                      if (next instanceof CodeModel) {
                        method.withCode(body);
                      } else {
                        method.with(next);
                      }
                    }));
    return Templates.define(file, constants);
  }
}
