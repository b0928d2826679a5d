package org.adamant.internal.loop;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.adamant.internal.loop.Specialisation.Element;

/**
 * The kinds of all operands of a step and where they lie, a constant of the specialised loop. There is one instance of
 * each, so that they are compared by reference.
 *
 * <p>Maxima and averages have a kind even if they are absent: the variant says whether they are used, so slices
 * with and without them share a loop.
 */
public final class Layout {

  private static final ConcurrentHashMap<Long, Layout> SHARED = new ConcurrentHashMap<>();

  private static final AtomicInteger MADE = new AtomicInteger();

  /** Plain arrays of float. */
  public static final Layout FLOATS = uniform(Kind.FLOAT_ARRAY);

  /** Plain arrays of double. */
  public static final Layout DOUBLES = uniform(Kind.DOUBLE_ARRAY);

  /** A small number, different for each layout: an index into tables. */
  public final int id = MADE.getAndIncrement();

  private final Kind[] kinds;
  private final Place[] places;
  private final boolean hasBlocks;
  private final boolean isLossy;
  private final Layout ofGrads;

  private Layout(Kind[] kinds, Place[] places) {
    this.kinds = kinds;
    this.places = places;
    final int grads = Operand.GRADS.ordinal();
    final boolean isUniform =
        Arrays.equals(kinds, all(kinds[0]))
            && Arrays.equals(places, all(places[0]));
    this.ofGrads = isUniform ? this : uniform(kinds[grads], places[grads]);
    // Loops, not streams or lists, so that a first step loads no more classes than it needs.
    boolean anyIsLossy = false;
    boolean anyHasBlocks = false;
    for (Kind kind : kinds) {
      anyIsLossy |= kind.isLossy();
      anyHasBlocks |= kind == Kind.BLOCK8_SEGMENT;
    }
    this.isLossy = anyIsLossy;
    this.hasBlocks = anyHasBlocks;
  }

  /**
   * The layout of operands of these kinds, wherever they lie.
   *
   * @param kinds the kind of each {@link Operand}, in their order, {@link Kind#NONE} for an absent one
   * @return the one instance
   */
  public static Layout of(Kind... kinds) {
    return of(kinds, all(Place.ANY));
  }

  /**
   * The layout of operands of these kinds in these places.
   *
   * @param kinds the kind of each {@link Operand}, in their order, {@link Kind#NONE} for an absent one
   * @param places the place of each
   * @return the one instance
   */
  public static Layout of(Kind[] kinds, Place[] places) {
    final Kind[] all = kinds.clone();
    final Place[] allPlaces = places.clone();
    final Kind plain = plain(all[0]);
    for (Operand operand : new Operand[] {Operand.MAXIMUM, Operand.AVERAGE}) {
      if (all[operand.ordinal()] == Kind.NONE) {
        all[operand.ordinal()] = plain;
        allPlaces[operand.ordinal()] = plain == all[0] ? places[0] : Place.ANY;
      }
    }
    long code = 0;
    for (int k = 0; k < all.length; k++) {
      code = code << 8 | all[k].ordinal() << 4 | allPlaces[k].ordinal();
    }
    final Layout known = SHARED.get(code);
    return known != null ? known : Shared.keep(SHARED, code, new Layout(all, allPlaces));
  }

  /**
   * The layout of a step whose operands are all of one kind.
   *
   * @param kind the kind
   * @return the layout
   */
  public static Layout uniform(Kind kind) {
    return uniform(kind, Place.ANY);
  }

  /**
   * The layout of a step whose operands are all of one kind and in one place.
   *
   * @param kind the kind
   * @param place the place
   * @return the layout
   */
  public static Layout uniform(Kind kind, Place place) {
    return of(all(kind), all(place));
  }

  /** Fills in the same for all operands but copy and remainder. */
  private static <T> T[] uniform(T[] all, T value, T none) {
    Arrays.fill(all, value);
    all[Operand.COPY.ordinal()] = none;
    all[Operand.REMAINDER.ordinal()] = none;
    return all;
  }

  private static Kind[] all(Kind kind) {
    return uniform(new Kind[Operand.COUNT], kind, Kind.NONE);
  }

  private static Place[] all(Place place) {
    return uniform(new Place[Operand.COUNT], place, Place.ANY);
  }

  /**
   * The layout of plain arrays.
   *
   * @param element what they hold
   * @return the layout
   */
  public static Layout of(Element element) {
    return element == Element.FLOAT ? FLOATS : DOUBLES;
  }

  /** The kind of other operands that loses nothing beside such parameters. */
  private static Kind plain(Kind params) {
    if (params.element == Element.DOUBLE) {
      return params.isSegment ? Kind.DOUBLE_SEGMENT : Kind.DOUBLE_ARRAY;
    }
    return params.isSegment ? Kind.FLOAT_SEGMENT : Kind.FLOAT_ARRAY;
  }

  /**
   * {@return the layout with all operands in the kind of these gradients, which is all that reading gradients
   * needs}
   */
  public Layout ofGrads() {
    return ofGrads;
  }

  /**
   * {@return the kind of an operand}
   *
   * @param operand which
   */
  public Kind kind(Operand operand) {
    return kinds[operand.ordinal()];
  }

  /**
   * {@return where an operand lies}
   *
   * @param operand which
   */
  public Place place(Operand operand) {
    return places[operand.ordinal()];
  }

  /** {@return the type in which a step computes} */
  public Element element() {
    return kinds[0].element;
  }

  /** {@return whether an operand is written in blocks of 8-bit numbers} */
  public boolean hasBlocks() {
    return hasBlocks;
  }

  /** {@return whether a number may have to be rounded to be stored} */
  public boolean isLossy() {
    return isLossy;
  }

  /**
   * Up to this width, in bits, there are no vectors: they would have one lane, or fewer than any vector of 16- or
   * 8-bit numbers.
   */
  int narrowest() {
    if (hasBlocks) {
      return 128;
    }
    // Not a lambda, as the first lambda of a program takes milliseconds to link.
    for (Kind kind : kinds) {
      if (kind.bytes == Short.BYTES) {
        return 64;
      }
    }
    return element().bits;
  }

  /** Whether an operand lies in an array. */
  boolean hasArrays() {
    for (Kind kind : kinds) {
      if (kind != Kind.NONE && !kind.isSegment) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return this == FLOATS || this == DOUBLES
        ? element().toString()
        : Arrays.toString(kinds);
  }
}
