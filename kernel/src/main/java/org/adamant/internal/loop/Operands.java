package org.adamant.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The memory of each operand of a step. Immutable, made once for a slice; a loop copies the fields to locals.
 * Element 0 is the first element of the slice in every operand.
 *
 * <p>All arrays have the same offset of element 0. A segment begins with element 0. An operand in an array at
 * another offset is given as a segment over that array.
 */
public final class Operands {

  private static final int FIRST_FURTHER = Operand.MAXIMUM.ordinal();

  final Layout layout;
  final @Nullable Object params;
  final @Nullable Object grads;
  final @Nullable Object m;
  final @Nullable Object v;

  /** The operands that only some slices have, in the order of {@link Operand} from the maximum on; null if none. */
  private final @Nullable Object @Nullable [] further;

  /** The index of element 0 in operands that are arrays. */
  final int offset;

  final long length;

  /** The number that element 0 has in its parameter, for random numbers. */
  final long number;

  /**
   * Operands of any kind.
   *
   * @param layout their kinds
   * @param memory an array or a segment for each {@link Operand}, in their order, null where there is none
   * @param offset the index of element 0 in the arrays
   * @param length the number of elements
   * @param number the number of element 0 in its parameter
   */
  public Operands(Layout layout, @Nullable Object[] memory, int offset, long length, long number) {
    this.layout = layout;
    this.params = memory[0];
    this.grads = memory[1];
    this.m = memory[2];
    this.v = memory[3];
    this.further = Arrays.copyOfRange(memory, FIRST_FURTHER, Operand.COUNT);
    this.offset = offset;
    this.length = length;
    this.number = number;
  }

  /**
   * Four arrays.
   *
   * @param layout that of floats or doubles
   * @param params parameters
   * @param grads gradients
   * @param m first moments
   * @param v second moments
   * @param offset the index of the first element
   * @param length the number of elements
   */
  public Operands(
      Layout layout,
      @Nullable Object params,
      @Nullable Object grads,
      @Nullable Object m,
      @Nullable Object v,
      int offset,
      long length) {
    this.layout = layout;
    this.params = params;
    this.grads = grads;
    this.m = m;
    this.v = v;
    this.further = null;
    this.offset = offset;
    this.length = length;
    this.number = 0;
  }

  /** {@return the kinds} */
  public Layout layout() {
    return layout;
  }

  /** {@return the number of elements} */
  public long length() {
    return length;
  }

  /**
   * {@return the array, segment or blocks of an operand; null where there is none}
   *
   * @param operand which
   */
  public @Nullable Object memory(Operand operand) {
    return switch (operand) {
      case PARAMS -> params;
      case GRADS -> grads;
      case M -> m;
      case V -> v;
      default -> further(operand);
    };
  }

  /** The maximum or an operand after it; null if absent. */
  @Nullable
  Object further(Operand operand) {
    return further == null ? null : further[operand.ordinal() - FIRST_FURTHER];
  }
}
