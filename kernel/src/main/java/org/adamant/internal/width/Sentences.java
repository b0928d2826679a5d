package org.adamant.internal.width;

import java.util.List;
import java.util.Optional;
import org.adamant.internal.platform.Changeover.Progress;

/** What the user is told about widths. Every obstacle ends with what the user can do about it. */
final class Sentences {

  private static final String MODULE = Machine.VECTOR_API;

  // ---- Why a width is not supported. ----

  static final String MODULE_NOT_RESOLVED =
      "the module " + MODULE + " is not resolved; start java with --add-modules " + MODULE
          + " to get SIMD";

  static final String MODULE_NOT_IN_IMAGE =
      "this Java run-time image does not contain the module " + MODULE + "; link it with"
          + " jlink --add-modules " + MODULE + " to get SIMD";

  static final String INTERPRETER =
      "this JVM only interprets, where the Vector API is hundreds of times slower; start java"
          + " without -Xint to get SIMD";

  static final String NO_C2 =
      "this JVM runs without its optimising compiler C2, where the Vector API is hundreds of"
          + " times slower; start java without -XX:TieredStopAtLevel or"
          + " -XX:CompilationMode=quick-only to get SIMD";

  static final String NO_FMA =
      "this JVM has no hardware fused multiply-add, without which a step is a thousand times slower on"
          + " every path; use a processor that has it, or start java without -XX:-UseFMA or"
          + " -XX:UseAVX=0";

  private Sentences() {}

  static String hiddenFrom(ClassLoader loader) {
    return "the module " + MODULE + " is resolved, but the class loader of this library (" + loader
        + ") does not see the package " + MODULE
        + "; to get SIMD, under OSGi import it, and have the"
        + " framework export it (org.osgi.framework.system.packages.extra=" + MODULE
        + "), under JBoss Modules add a dependency on the module " + MODULE
        + ", and have any other loader ask its parent for it";
  }

  static String tooWide(int widest) {
    return "the widest vector that this JVM runs natively has " + widest
        + " bits; use a narrower one";
  }

  static String selfCheckFailed(int laneBits) {
    return "the " + laneBits
        + "-bit loop did not reproduce the reference in a self-check on this JVM; please"
        + " report this with the output of java -version";
  }

  static String otherVectorApi(Throwable thrown) {
    return "the Vector API of Java " + Runtime.version()
        + " does not have the form that this library was compiled for (" + thrown
        + "); use Java 25";
  }

  /** Why a requested width is not supported. */
  static String notSupported(String by, String reason, List<Integer> supported) {
    return by + " is not supported here: " + reason + ". Supported: "
        + supported.stream().map(Sentences::constantOf).toList();
  }

  // ---- Why a width is used. ----

  static String askedFor(int laneBits, String by, Optional<String> obstacleToSpecialising) {
    final String sentence = nameOf(laneBits) + ": asked for by " + by;
    return obstacleToSpecialising.isPresent()
        ? sentence + "; not specialised: " + obstacleToSpecialising.get()
        : sentence;
  }

  static String widest(int laneBits) {
    return nameOf(laneBits)
        + ": the widest vector that this JVM runs natively, checked against the reference";
  }

  static String onlyScalar(String reason) {
    return "scalar path, the same bits, in some variants up to ten times slower: " + reason;
  }

  // ---- How far loops have come. ----

  /**
   * Which of the operations used so far SIMD does, for the end of a sentence.
   *
   * @param beginsScalar whether the loops begin on the scalar path
   */
  static String progress(boolean beginsScalar, Progress sum) {
    final StringBuilder text = new StringBuilder();
    if (beginsScalar && sum.asked() > 0) {
      text.append("; ").append(sum.switched()).append(" of the ").append(sum.asked());
      text.append(" loops used so far have switched to it from the scalar path");
    }
    if (sum.scalar() > 0) {
      text.append("; measured to be the faster, the scalar path steps ").append(sum.scalar());
      text.append(" of ").append(sum.measured()).append(" sizes of slices of these loops");
    }
    if (sum.rejected() > 0) {
      text.append("; ").append(sum.rejected());
      text.append(" gave other bits than the reference once compiled, please report this");
    }
    return text.toString();
  }

  // ---- Names. ----

  /** The name of a kernel of this width. */
  private static String nameOf(int laneBits) {
    return laneBits == SupportedWidths.SCALAR ? "scalar path" : laneBits + "-bit SIMD";
  }

  /** The constant of {@code LaneWidth} for this width. */
  private static String constantOf(int laneBits) {
    return laneBits == SupportedWidths.SCALAR ? "SCALAR" : "BITS_" + laneBits;
  }
}
