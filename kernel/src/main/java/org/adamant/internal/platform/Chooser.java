package org.adamant.internal.platform;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.adamant.internal.loop.Specialisation.Element;

/**
 * Knows the machine: which lane widths this JVM runs natively, and for each it does not, why, in one
 * sentence that ends in what the user can do.
 *
 * <p>Nothing is concluded from a version number. Whether the Vector API is there in the form this was
 * compiled for is found by running the loop once against the reference.
 */
public final class Chooser {

  private static final String MODULE = "jdk.incubator.vector";

  private static final String NO_C2 =
      "this JVM runs without its optimising compiler C2, where the Vector API is hundreds of"
          + " times slower; start java without -XX:TieredStopAtLevel or"
          + " -XX:CompilationMode=quick-only to get SIMD";

  private static final String NO_FMA =
      "this JVM has no hardware fused multiply-add, without which a step is a thousand times slower on"
          + " every path; use a processor that has it, or start java without -XX:-UseFMA or"
          + " -XX:UseAVX=0";

  /** What was found out, by width; a test may put in what would be found on another machine. */
  static final ConcurrentHashMap<Integer, Optional<String>> REFUSALS = new ConcurrentHashMap<>();

  private Chooser() {}

  /**
   * Why vectors of this width are not used here.
   *
   * @param laneBits a width in bits
   * @return the reason, or nothing if the width is supported
   */
  public static Optional<String> refusal(int laneBits) {
    return REFUSALS.computeIfAbsent(laneBits, bits -> examine(bits, new Jvm()));
  }

  /**
   * Why no vectors at all are used here, as far as that can be seen at once: without the Vector API, and
   * without the management classes that know the JVM's flags. Both take far longer to load than a first
   * step.
   *
   * @return the reason, or nothing if none can be seen
   */
  public static Optional<String> plainObstacle() {
    return plainObstacle(new Jvm());
  }

  private static Optional<String> plainObstacle(Jvm jvm) {
    if (!jvm.hasModule(MODULE)) {
      return Optional.of(
          jvm.isInImage(MODULE)
              ? "the module " + MODULE + " is not resolved; start java with --add-modules " + MODULE
                  + " to get SIMD"
              : "this Java run-time image does not contain the module " + MODULE + "; link it with"
                  + " jlink --add-modules " + MODULE + " to get SIMD");
    }
    if (onlyInterprets(jvm)) {
      return Optional.of(
          "this JVM only interprets, where the Vector API is hundreds of times slower; start java"
              + " without -Xint to get SIMD");
    }
    return jvm.info().contains("emulated-client") ? Optional.of(NO_C2) : Optional.empty();
  }

  private static boolean onlyInterprets(Jvm jvm) {
    return jvm.info().contains("interpreted");
  }

  /** Why no vectors at all are used here; first what makes the scalar path slow as well. */
  private static Optional<String> obstacle(Jvm jvm) {
    final Optional<String> toSpecialising = jvm.obstacleToSpecialising();
    if (toSpecialising.isPresent()) {
      return toSpecialising;
    }
    if (!onlyInterprets(jvm) && !jvm.hasHardwareFma()) {
      return Optional.of(NO_FMA);
    }
    final Optional<String> plain = plainObstacle(jvm);
    if (plain.isPresent()) {
      return plain;
    }
    if (Integer.parseInt(jvm.flag("TieredStopAtLevel", "4")) < 4) {
      return Optional.of(NO_C2);
    }
    return hiddenFrom(jvm.loader());
  }

  /** Why the Vector API is not used although the JVM has it: not everybody can see it. */
  private static Optional<String> hiddenFrom(ClassLoader loader) {
    try {
      Class.forName(MODULE + ".Vector", false, loader);
      return Optional.empty();
    } catch (ClassNotFoundException | LinkageError e) {
      return Optional.of(
          "the module " + MODULE + " is resolved, but the class loader of this library (" + loader
              + ") does not see the package " + MODULE
              + "; to get SIMD, under OSGi import it, and have the"
              + " framework export it (org.osgi.framework.system.packages.extra=" + MODULE
              + "), under JBoss Modules add a dependency on the module " + MODULE
              + ", and have any other loader ask its parent for it");
    }
  }

  static Optional<String> examine(int laneBits, Jvm jvm) {
    final Optional<String> obstacle = obstacle(jvm);
    if (obstacle.isPresent()) {
      return obstacle;
    }
    try {
      final int widest = jvm.widestVector();
      if (laneBits > widest) {
        return Optional.of(
            "the widest vector that this JVM runs natively has "
                + widest
                + " bits; use a narrower one");
      }
      for (Element element : Element.values()) {
        if (!jvm.passesSelfCheck(element, laneBits)) {
          return Optional.of(
              "the "
                  + laneBits
                  + "-bit loop did not reproduce the reference in a self-check on this JVM; please"
                  + " report this with the output of java -version");
        }
      }
      return Optional.empty();
    } catch (OutOfMemoryError | StackOverflowError e) {
      // There may be more of it next time.
      throw e;
    } catch (RuntimeException | Error e) {
      return Optional.of(
          "the Vector API of Java "
              + Runtime.version()
              + " does not have the form that this library was compiled for ("
              + e
              + "); use Java 25");
    }
  }
}
