package org.adamant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.ServiceConfigurationError;
import java.util.concurrent.atomic.AtomicInteger;
import org.adamant.internal.width.Preference;
import org.adamant.internal.width.Refusals;
import org.adamant.internal.width.SupportedWidths;
import org.adamant.testkit.Bits;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** How widths that this JVM does not run are refused, and what the user is told. */
class RefusedWidthsTest {

  @Test
  void aWidthThatIsRefusedIsNeitherSupportedNorPreferred() {
    try (Refusals _ = Refusals.of("no 512 for a test; use less", 512)) {
      assertThat(LaneWidth.BITS_512.isSupported()).isFalse();
      assertThat(SupportedWidths.obstacle(512)).hasValue("no 512 for a test; use less");
      assertThat(LaneWidth.supported())
          .startsWith(LaneWidth.SCALAR)
          .doesNotContain(LaneWidth.BITS_512);
      assertThat(Preference.resolve(null).laneBits())
          .isEqualTo(LaneWidth.supported().getLast().bits());
      assertUnsupported("-Dadamant.laneWidth=512", () -> Preference.resolve("512"));
      assertUnsupported(
          "AdamKernel.of(BITS_512)", () -> SpecialisedKernel.create(LaneWidth.BITS_512));
    }
  }

  private static void assertUnsupported(String asked, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            asked + " is not supported here: no 512 for a test; use less. Supported: "
                + LaneWidth.supported());
  }

  @Test
  void theScalarPathIsSupportedEverywhereAndWarnedAboutOnlyWhereNobodyAskedForIt() {
    try (Refusals _ = Refusals.of("nothing for a test; use more", 64, 128, 256, 512)) {
      assertThat(LaneWidth.supported()).containsExactly(LaneWidth.SCALAR);
      final Preference preference = Preference.resolve(null);
      assertThat(preference.laneBits()).isEqualTo(SupportedWidths.SCALAR);
      assertThat(logged(preference))
          .containsExactly(
              "WARNING scalar path, the same bits, in some variants up to ten times slower: nothing for a"
                  + " test; use more");
      assertThat(logged(Preference.resolve("scalar")))
          .containsExactly("DEBUG scalar path: asked for by -Dadamant.laneWidth=scalar");
    }
  }

  @Test
  void whereThereIsSimdOnlyThoseWhoDebugAreTold() {
    assumeTrue(LaneWidth.BITS_128.isSupported(), "there is SIMD");
    try (Refusals _ = Refusals.of("no more for a test", 256, 512)) {
      assertThat(logged(Preference.resolve(" ")))
          .containsExactly(
              "DEBUG 128-bit SIMD: the widest vector that this JVM runs natively, checked against"
                  + " the reference");
      assertThat(logged(Preference.resolve("64")))
          .containsExactly("DEBUG 64-bit SIMD: asked for by -Dadamant.laneWidth=64");
    }
  }

  @Test
  void aKernelIsMadeOnceForEverySupportedWidth() {
    for (LaneWidth width : LaneWidth.supported()) {
      final AdamKernel made = SpecialisedKernel.create(width);
      assertThat(made.laneWidth()).isEqualTo(width);
      final StepArrays actual = StepArrays.ordinary(ElementType.FLOAT, 40, 1);
      final StepArrays expected = actual.copy();
      final StepArrays before = actual.copy();
      actual.step(made, Adam.defaults().atStep(1));
      expected.step(AdamKernel.of(width), Adam.defaults().atStep(1));
      Bits.assertSame("a kernel's first step", expected, actual, before);
      assertThat(AdamKernel.of(width)).isSameAs(AdamKernel.of(width));
    }
    assertThat(AdamKernel.preferred()).isSameAs(AdamKernel.preferred());
  }

  @Test
  void aLoggerThatFailsIsNoReasonNotToHaveAKernel() {
    final AtomicInteger asked = new AtomicInteger();
    assertThatCode(
        () -> Preference.resolve(null)
            .log(
                () -> {
                  asked.incrementAndGet();
                  throw new ServiceConfigurationError("no logger");
                }))
        .doesNotThrowAnyException();
    assertThat(asked).hasValue(1);
  }

  private static List<String> logged(Preference preference) {
    final List<String> logged = new ArrayList<>();
    preference.log(
        () -> new System.Logger() {
          @Override
          public String getName() {
            return "test";
          }

          @Override
          public boolean isLoggable(Level level) {
            return true;
          }

          @Override
          public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            logged.add(level + " " + message);
          }

          @Override
          public void log(Level level, ResourceBundle bundle, String format, Object... params) {
            logged.add(level + " " + format);
          }
        });
    return logged;
  }
}
