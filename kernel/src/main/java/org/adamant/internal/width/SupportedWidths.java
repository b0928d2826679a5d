package org.adamant.internal.width;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.adamant.internal.loop.Specialisation.Element;

/**
 * The widths that this JVM runs natively, and for each other one the reason, in one sentence that ends with what
 * the user can do. A width is a number of bits, {@value #SCALAR} for the scalar path.
 *
 * <p>No version numbers are used. Running the loop once against the reference shows whether the Vector API is there
 * in the form this was compiled for.
 */
public final class SupportedWidths {

  /** Stands for a number of bits: no vectors. */
  public static final int SCALAR = 0;

  /** The narrowest vector there is. */
  static final int NARROWEST = 64;

  /** The widest vector there is. */
  static final int WIDEST = 512;

  /** The results so far, by width; a test may put in those of another machine. */
  static final ConcurrentHashMap<Integer, Optional<String>> OBSTACLES = new ConcurrentHashMap<>();

  private SupportedWidths() {}

  /**
   * Why vectors of this width are not used here.
   *
   * @param laneBits a width in bits
   * @return the reason, or empty if the width is supported
   */
  public static Optional<String> obstacle(int laneBits) {
    return laneBits == SCALAR
        ? Optional.empty()
        : OBSTACLES.computeIfAbsent(laneBits, bits -> examine(bits, new Machine()));
  }

  /**
   * Refuses a width that is not supported; the message says why, and which widths are.
   *
   * @param laneBits a width in bits
   * @param by the text by which the user asked for it
   * @throws UnsupportedOperationException if it is not supported here
   */
  static void require(int laneBits, String by) {
    final Optional<String> obstacle = obstacle(laneBits);
    if (obstacle.isPresent()) {
      throw new UnsupportedOperationException(
          Sentences.notSupported(by, obstacle.get(), all()));
    }
  }

  /** The widths that are supported, the scalar path first. */
  private static List<Integer> all() {
    final List<Integer> all = new ArrayList<>(List.of(SCALAR));
    for (int bits = NARROWEST; bits <= WIDEST; bits *= 2) {
      if (obstacle(bits).isEmpty()) {
        all.add(bits);
      }
    }
    return all;
  }

  /** The widest width that is supported. */
  static int widest() {
    // From the widest down, as checking the others would take as long again.
    for (int bits = WIDEST; bits >= NARROWEST; bits /= 2) {
      if (obstacle(bits).isEmpty()) {
        return bits;
      }
    }
    return SCALAR;
  }

  /**
   * Why no vectors at all are used here, as far as that can be found without loading the Vector API and the
   * management classes that know the JVM's flags. Both take far longer to load than a first step.
   *
   * @return the reason, or empty if none can be found
   */
  static Optional<String> plainObstacle() {
    return plainObstacle(new Machine());
  }

  private static Optional<String> plainObstacle(Machine machine) {
    if (!machine.hasVectorModule()) {
      return Optional.of(
          machine.isVectorModuleInImage()
              ? Sentences.MODULE_NOT_RESOLVED
              : Sentences.MODULE_NOT_IN_IMAGE);
    }
    if (machine.onlyInterprets()) {
      return Optional.of(Sentences.INTERPRETER);
    }
    return machine.saysThatC2IsMissing() ? Optional.of(Sentences.NO_C2) : Optional.empty();
  }

  /** Why no vectors at all are used here; reasons that also slow the scalar path come first. */
  private static Optional<String> obstacle(Machine machine) {
    final Optional<String> toSpecialising = machine.obstacleToSpecialising();
    if (toSpecialising.isPresent()) {
      return toSpecialising;
    }
    if (!machine.onlyInterprets() && !machine.hasHardwareFma()) {
      return Optional.of(Sentences.NO_FMA);
    }
    final Optional<String> plain = plainObstacle(machine);
    if (plain.isPresent()) {
      return plain;
    }
    if (machine.hasC2SwitchedOff()) {
      return Optional.of(Sentences.NO_C2);
    }
    return machine.seesVectorApi()
        ? Optional.empty()
        : Optional.of(Sentences.hiddenFrom(machine.loader()));
  }

  /** Why a machine does not run vectors of a width; empty if it does. */
  static Optional<String> examine(int laneBits, Machine machine) {
    final Optional<String> obstacle = obstacle(machine);
    if (obstacle.isPresent()) {
      return obstacle;
    }
    try {
      final int widest = machine.widestVector();
      if (laneBits > widest) {
        return Optional.of(Sentences.tooWide(widest));
      }
      for (Element element : Element.values()) {
        if (!machine.passesSelfCheck(element, laneBits)) {
          return Optional.of(Sentences.selfCheckFailed(laneBits));
        }
      }
      return Optional.empty();
    } catch (OutOfMemoryError | StackOverflowError e) {
      // There may be more memory next time, so the result is not kept.
      throw e;
    } catch (RuntimeException | Error e) {
      return Optional.of(Sentences.otherVectorApi(e));
    }
  }
}
