package org.adamant;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.adamant.internal.loop.Operand;

/**
 * Steps without the parameters, for libraries whose updaters see gradients only. Such an updater overwrites the
 * gradients with what the library then {@linkplain AdamStep#withUpdateOnly adds} to the parameters or {@linkplain
 * AdamStep#withNegatedUpdate subtracts} from them. The bits are those of such a step with the parameters.
 *
 * <p>A step with the same operands as the step before does not check them again. So the operands cannot be
 * collected until a step gets others. Not thread-safe.
 */
public final class AdamUpdates {

  /** A multiple of the blocks of {@link Format#BLOCK8}, and short enough to stay in a processor's cache. */
  private static final long PIECE = 1 << 16;

  private static final List<Operand> NAMES =
      List.of(Operand.GRADS, Operand.M, Operand.V, Operand.MAXIMUM);

  /** The operands of the last step. */
  private List<Storage> last = List.of();

  private List<AdamSlice> pieces = List.of();

  private AdamUpdates() {}

  /**
   * Steps for one parameter, or for several that lie one after the other.
   *
   * @return the steps, without operands yet
   */
  public static AdamUpdates create() {
    return new AdamUpdates();
  }

  /**
   * Refuses hyper-parameters that need more than gradients.
   *
   * @param adam the hyper-parameters
   * @return the same
   * @throws NullPointerException if they are null
   * @throws IllegalArgumentException if they need the parameters, for weight decay or an average, or ascend
   */
  public static Adam requireUpdatesAlone(Adam adam) {
    Arguments.requireNonNull("adam", adam);
    if (adam.weightDecay() > 0 || adam.averageDecay() < 1) {
      throw new IllegalArgumentException(
          (adam.weightDecay() > 0
              ? "weightDecay = " + adam.weightDecay() + ": expected 0"
              : "averageDecay = " + adam.averageDecay() + ": expected 1")
              + ", as an updater does not see the parameters; that is for whoever adds the updates");
    }
    if (adam.maximize()) {
      throw new IllegalArgumentException(
          "maximize = true: expected false; whoever adds the updates says which way to go");
    }
    return adam;
  }

  /**
   * Overwrites gradients with updates.
   *
   * @param kernel the kernel
   * @param step a step {@linkplain AdamStep#withUpdateOnly that writes updates}, {@linkplain AdamStep#withNegatedUpdate
   *     negated} or not
   * @param operands the gradients, the first moments, the second moments, and with {@link Adam.AmsGrad} the running
   *     maxima
   * @throws NullPointerException if an argument or an operand is null
   * @throws IllegalArgumentException if the operands differ in length, overlap, are read-only, or their formats do
   *     not go together; if the step does not write updates, its hyper-parameters {@linkplain #requireUpdatesAlone
   *     need more than gradients}, or it has a policy for gradients that are NaN or infinite, which could hold for
   *     one piece only
   */
  public void step(AdamKernel kernel, AdamStep step, List<Storage> operands) {
    Arguments.requireNonNull("kernel", kernel);
    Arguments.requireNonNull("step", step);
    if (!step.updateOnly() || step.nonFinite() != NonFinite.PROPAGATE) {
      throw new IllegalArgumentException(
          step + ": expected one withUpdateOnly or withNegatedUpdate, and nonFinite = PROPAGATE");
    }
    requireUpdatesAlone(step.adam());
    if (!areLast(operands)) {
      pieces = pieces(operands);
      last = List.copyOf(operands);
    }
    for (AdamSlice piece : pieces) {
      kernel.step(step, piece);
    }
  }

  private boolean areLast(List<Storage> operands) {
    boolean areLast = operands.size() == last.size();
    for (int i = 0; areLast && i < last.size(); i++) {
      final Storage one = last.get(i);
      final Storage other = operands.get(i);
      areLast =
          other != null && one.format() == other.format() && one.array == other.array
              && one.offset == other.offset && one.length() == other.length()
              && Objects.equals(one.segment, other.segment)
              && Objects.equals(one.scales, other.scales);
    }
    return areLast;
  }

  private static List<AdamSlice> pieces(List<Storage> operands) {
    final int count = operands.size();
    if (count != 3 && count != NAMES.size()) {
      throw new IllegalArgumentException(
          "operands has " + count + " storages: expected grads, m and v, or these and the maximum");
    }
    final Overlap.Finder finder = new Overlap.Finder();
    for (int i = 0; i < count; i++) {
      final Storage operand = operands.get(i);
      Arguments.requireNonNull(NAMES.get(i).toString(), operand);
      if (operand.length() != operands.getFirst().length()) {
        throw new IllegalArgumentException(
            "grads has length " + operands.getFirst().length() + ": expected " + operand.length()
                + ", the length of " + NAMES.get(i));
      }
      finder.add(operand, NAMES.get(i));
    }
    finder.requireDisjoint();
    final Storage grads = operands.getFirst();
    // A slice must have parameters, but such steps never read them: one piece of memory serves for all slices.
    final Storage params =
        Storage.allocate(
            Numbers.computeFormat(grads.format()), Math.min(grads.length(), PIECE), Arena.ofAuto());
    final List<AdamSlice> pieces = new ArrayList<>();
    for (long first = 0; first < grads.length(); first += PIECE) {
      final long offset = first;
      final long length = Math.min(PIECE, grads.length() - first);
      final List<Storage> piece = operands.stream().map(o -> o.range(offset, length)).toList();
      final AdamSlice slice =
          AdamSlice.of(params.range(0, length), piece.get(0), piece.get(1), piece.get(2));
      pieces.add(
          (count == 3 ? slice : slice.withMaximum(piece.get(3))).numberedFrom(first));
    }
    return pieces;
  }
}
