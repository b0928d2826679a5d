package org.adamant.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.adamant.Adam;
import org.adamant.AdamKernel;
import org.adamant.AdamModel;
import org.adamant.AdamSlice;
import org.adamant.AdamStep;
import org.adamant.LaneWidth;
import org.adamant.bench.support.MeasuredJvm;
import org.adamant.bench.support.Tool;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Counts the classes that a first step loads, of this library and of the JDK for it. Loading and linking classes
 * takes the time of a first step, which once grew unnoticed by 30 ms. Unlike time, the count does not depend on the
 * load of the machine.
 */
@EnabledOnOs(OS.LINUX)
class FirstStepClassesTest {

  /** A helper or a small record more is no finding. */
  private static final int MORE_OF_KERNEL = 3;

  /** A regular expression brings eight, the first stream twenty, and as many the first lambda. */
  private static final int MORE_OF_JDK = 5;

  private static final int FORKS = 3;
  private static final int PATIENCE_SECONDS = 60;
  private static final Pattern LOADED = Pattern.compile("\\[class,load *] (\\S+)");

  /** The classes of a JVM. */
  private record Classes(int ofKernel, int ofJdk) {}

  /**
   * To raise a bound, see with {@code -Xlog:class+load} what is new, and whether it is worth its time.
   *
   * @param width the lane width of the kernel
   * @param what what it steps
   * @param ofKernel classes of the kernel, hidden ones and lambdas included
   * @param ofJdk classes of the JDK that a JVM does not load without the step
   */
  @ParameterizedTest
  @CsvSource({
    "preferred, arrays, 48, 31", "preferred, model, 61, 49", "BITS_128, arrays, 70, 644"})
  void aFirstStepLoadsNoMoreThanItDid(String width, String what, int ofKernel, int ofJdk)
      throws IOException {
    assumeTrue(
        width.equals("preferred") || LaneWidth.supported().contains(LaneWidth.valueOf(width)));
    final int without = classes("none", what).ofJdk;
    Classes least = new Classes(Integer.MAX_VALUE, Integer.MAX_VALUE);
    // The preferred kernel goes on to its SIMD loop in the background: where this JVM is held up, it loads that, too.
    for (int fork = 0; fork < FORKS; fork++) {
      final Classes classes = classes(width, what);
      if (classes.ofJdk < least.ofJdk) {
        least = classes;
      }
    }
    assertThat(least.ofKernel).as("classes of the kernel")
        .isLessThanOrEqualTo(ofKernel + MORE_OF_KERNEL);
    assertThat(least.ofJdk - without).as("classes of the JDK")
        .isLessThanOrEqualTo(ofJdk + MORE_OF_JDK);
  }

  private static Classes classes(String width, String what) throws IOException {
    final List<String> lines =
        Tool.run(
            Path.of("").toAbsolutePath(),
            PATIENCE_SECONDS,
            MeasuredJvm.command(
                List.of("-Xlog:class+load"), FirstStepClassesTest.class, List.of(width, what)));
    assumeTrue(
        lines.stream().anyMatch(line -> line.contains("shared objects file")),
        "a JDK with an archive of its classes, as the bounds are for");
    int ofKernel = 0;
    int ofJdk = 0;
    for (String line : lines) {
      final Matcher loaded = LOADED.matcher(line);
      if (loaded.find()) {
        final String name = loaded.group(1);
        if (!name.startsWith("org.adamant.")) {
          ofJdk++;
        } else if (!name.startsWith("org.adamant.bench.")) {
          ofKernel++;
        }
      }
    }
    return new Classes(ofKernel, ofJdk);
  }

  /** Makes arrays, and a step if a width is named. */
  public static void main(String[] args) throws IOException {
    // What a JVM loads to look for its first resource depends on how it was started; not counted.
    try (InputStream in = AdamKernel.class.getResourceAsStream("AdamKernel.class")) {
      in.read();
    }
    final float[] params = {1, 2, 3};
    final float[] grads = {1, 1, 1};
    final float[] m = new float[3];
    final float[] v = new float[3];
    if (!args[0].equals("none")) {
      final AdamKernel kernel = StepBenchmark.kernel(args[0]);
      final AdamStep step = Adam.defaults().atStep(1);
      if (args[1].equals("model")) {
        final AdamSlice all = AdamSlice.of(params, grads, m, v);
        kernel.step(step, AdamModel.of(all.range(0, 1), all.range(1, 2)));
      } else {
        kernel.step(step, params, grads, m, v);
      }
    }
    // At once, before anything goes on in the background.
    Runtime.getRuntime().halt(0);
  }
}
