package org.adamant;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * The operands of steps where the parameters are not seen: libraries whose updaters are given gradients, write over them
 * what is to be {@linkplain AdamStep#withUpdateOnly added} to the parameters or {@linkplain AdamStep#withNegatedUpdate
 * subtracted} from them, and leave that to others. The bits are those of a step with the parameters.
 */
public final class AdamUpdates {

  /** A multiple of the blocks of {@link Format#BLOCK8}, and short enough to stay in a processor's cache. */
  private static final long PIECE = 1 << 16;

  private final List<AdamSlice> pieces = new ArrayList<>();

  private AdamUpdates(Storage grads, Storage m, Storage v, Storage maximum) {
    final long length = grads.length();
    // A slice has parameters, which such steps do not look at: one piece of memory stands in their place for all others.
    final Storage params =
        Storage.allocate(
            Numbers.computing(grads.format()), Math.min(length, PIECE), Arena.ofAuto());
    for (long first = 0; first < length; first += PIECE) {
      final long count = Math.min(PIECE, length - first);
      AdamSlice piece =
          AdamSlice.of(
              params.range(0, count), grads.range(first, count), m.range(first, count),
              v.range(first, count));
      piece = maximum == null ? piece : piece.withMaximum(maximum.range(first, count));
      pieces.add(piece.numberedFrom(first));
    }
  }

  /**
   * Operands.
   *
   * @param grads the gradients, over which updates are written
   * @param m the first moments
   * @param v the second moments
   * @return these, checked
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if they differ in length, overlap, are read-only, or their formats do not go together
   */
  public static AdamUpdates of(Storage grads, Storage m, Storage v) {
    requireFit(grads, "m", m, "v", v);
    return new AdamUpdates(grads, m, v, null);
  }

  /**
   * Operands with the running maxima that {@link Adam.AmsGrad} keeps.
   *
   * @param grads the gradients, over which updates are written
   * @param m the first moments
   * @param v the second moments
   * @param maximum the maxima
   * @return these, checked
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if they differ in length, overlap, are read-only, or their formats do not go together
   */
  public static AdamUpdates of(Storage grads, Storage m, Storage v, Storage maximum) {
    requireFit(grads, "m", m, "v", v, "maximum", maximum);
    return new AdamUpdates(grads, m, v, maximum);
  }

  private static void requireFit(Storage grads, Object... namesAndStorages) {
    Arguments.requireNonNull("grads", grads);
    final Overlap.Finder finder = new Overlap.Finder();
    finder.add(grads, "grads");
    for (int i = 0; i < namesAndStorages.length; i += 2) {
      final String name = (String) namesAndStorages[i];
      final Storage storage = (Storage) namesAndStorages[i + 1];
      Arguments.requireNonNull(name, storage);
      if (storage.length() != grads.length()) {
        throw new IllegalArgumentException(
            name + " has length " + storage.length() + ": expected " + grads.length()
                + ", the length of grads");
      }
      finder.add(storage, name);
    }
    finder.requireDisjoint();
  }

  /**
   * Writes updates over the gradients.
   *
   * @param kernel the kernel
   * @param step a step {@linkplain AdamStep#withUpdateOnly that writes updates}, {@linkplain AdamStep#withNegatedUpdate
   *     negated} or not, whose hyper-parameters have no weight decay
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if it is another step, or has a policy for gradients that are NaN or infinite, which
   *     would hold for each piece alone
   */
  public void step(AdamKernel kernel, AdamStep step) {
    Arguments.requireNonNull("kernel", kernel);
    Arguments.requireNonNull("step", step);
    if (!step.updateOnly() || step.adam().weightDecay() > 0
        || step.nonFinite() != NonFinite.PROPAGATE) {
      throw new IllegalArgumentException(
          step + ": expected a step withUpdateOnly or withNegatedUpdate, without weight decay and"
              + " with nonFinite = PROPAGATE");
    }
    for (AdamSlice piece : pieces) {
      kernel.step(step, piece);
    }
  }
}
