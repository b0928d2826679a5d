package org.adamant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.adamant.Kept.As;
import org.adamant.internal.loop.Operand;

/**
 * How each operand of a step is kept, and the only list of the combinations that tests of formats use.
 *
 * @param as the operands, and how each is kept
 */
record Combination(Map<Operand, As> as) {

  private static final List<As> OF_DOUBLES =
      Arrays.stream(As.values()).filter(a -> a.format == Format.FLOAT64).toList();

  private static final List<As> OF_FLOATS =
      Arrays.stream(As.values())
          .filter(a -> a.format != Format.FLOAT64 && a.format != Format.BLOCK8)
          .toList();

  private static final List<As> OF_BLOCKS =
      Arrays.stream(As.values()).filter(a -> a.format == Format.BLOCK8).toList();

  private static final List<As> OF_HALVES =
      Arrays.stream(As.values()).filter(a -> a.format == Format.BFLOAT16).toList();

  /** Parameters, gradients, moments, maxima and averages, all kept alike. */
  static Combination all(As as) {
    final Map<Operand, As> all = new EnumMap<>(Operand.class);
    for (Operand operand : Operand.values()) {
      if (operand.ordinal() < Operand.COPY.ordinal()) {
        all.put(operand, as);
      }
    }
    return new Combination(all);
  }

  Combination with(Operand operand, As changed) {
    final Map<Operand, As> all = new EnumMap<>(as);
    all.put(operand, changed);
    return new Combination(all);
  }

  /**
   * Every way to keep every operand, in turn, beside arrays; all operands alike; moments in blocks together; the two
   * halves; copies; and mixtures that are drawn, in which all pairs come together sooner or later.
   */
  static List<Combination> list() {
    final List<Combination> list = new ArrayList<>();
    OF_DOUBLES.forEach(as -> list.add(all(as)));
    OF_FLOATS.forEach(as -> list.add(all(as)));
    for (Operand operand : Operand.values()) {
      if (operand == Operand.REMAINDER) {
        continue;
      }
      for (As as : OF_DOUBLES) {
        list.add(all(As.DOUBLES).with(operand, as));
      }
      for (As as : OF_FLOATS) {
        list.add(all(As.FLOATS).with(operand, as));
      }
    }
    for (As m : OF_BLOCKS) {
      list.add(all(As.FLOATS).with(Operand.M, m));
      list.add(all(As.HALVES).with(Operand.V, m));
      list.add(all(As.NATIVE_FLOATS).with(Operand.M, m).with(Operand.V, As.NATIVE_HALVES));
      for (As v : OF_BLOCKS) {
        list.add(all(As.FLOATS).with(Operand.M, m).with(Operand.V, v));
        list.add(all(As.NATIVE_HALVES).with(Operand.M, m).with(Operand.V, v));
      }
    }
    for (As upper : OF_HALVES) {
      for (As lower : OF_HALVES) {
        list.add(
            all(As.FLOATS).with(Operand.PARAMS, upper).with(Operand.REMAINDER, lower));
      }
    }
    final Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      list.add(drawn(random));
    }
    return list.stream().distinct().toList();
  }

  private static Combination drawn(Random random) {
    final Map<Operand, As> all = new EnumMap<>(Operand.class);
    final boolean isDouble = random.nextInt(8) == 0;
    for (Operand operand : Operand.values()) {
      final List<As> ways =
          new ArrayList<>(
              isDouble ? OF_DOUBLES : operand == Operand.REMAINDER ? OF_HALVES : OF_FLOATS);
      if (!isDouble && (operand == Operand.M || operand == Operand.V)) {
        ways.addAll(OF_BLOCKS);
      }
      all.put(operand, ways.get(random.nextInt(ways.size())));
    }
    if (random.nextBoolean()) {
      all.remove(Operand.COPY);
    }
    if (all.get(Operand.PARAMS).format != Format.BFLOAT16 || random.nextBoolean()) {
      all.remove(Operand.REMAINDER);
    }
    return new Combination(all);
  }

  boolean hasBlocks() {
    return as.values().stream().anyMatch(a -> a.format == Format.BLOCK8);
  }

  boolean has(Operand operand) {
    return as.containsKey(operand);
  }

  boolean isDouble() {
    return as.get(Operand.PARAMS).format == Format.FLOAT64;
  }

  /** Operands filled with numbers, by the seed. */
  Map<Operand, Kept> filled(int length, long seed) {
    final Map<Operand, Kept> kept = new EnumMap<>(Operand.class);
    final Values values =
        new Values(isDouble() ? ElementType.DOUBLE : ElementType.FLOAT, seed);
    as.forEach(
        (operand, way) -> {
          final Kept one = Kept.of(way, length, operand.ordinal());
          one.fill(values, operand.ordinal());
          kept.put(operand, one);
        });
    return kept;
  }

  static Map<Operand, Kept> copy(Map<Operand, Kept> kept) {
    final Map<Operand, Kept> copy = new EnumMap<>(Operand.class);
    kept.forEach((operand, one) -> copy.put(operand, one.copy(operand.ordinal())));
    return copy;
  }

  static AdamSlice slice(Map<Operand, Kept> kept) {
    final Map<Operand, Storage> storages = new EnumMap<>(Operand.class);
    kept.forEach((operand, one) -> storages.put(operand, one.storage()));
    return sliceOf(storages);
  }

  static AdamSlice sliceOf(Map<Operand, Storage> storages) {
    AdamSlice slice =
        AdamSlice.of(
            storages.get(Operand.PARAMS),
            storages.get(Operand.GRADS),
            storages.get(Operand.M),
            storages.get(Operand.V));
    if (storages.containsKey(Operand.MAXIMUM)) {
      slice = slice.withMaximum(storages.get(Operand.MAXIMUM));
    }
    if (storages.containsKey(Operand.AVERAGE)) {
      slice = slice.withAverage(storages.get(Operand.AVERAGE));
    }
    if (storages.containsKey(Operand.COPY)) {
      slice = slice.withCopy(storages.get(Operand.COPY));
    }
    if (storages.containsKey(Operand.REMAINDER)) {
      slice = slice.withRemainder(storages.get(Operand.REMAINDER));
    }
    return slice;
  }

  /** Asserts the same numbers in all operands. */
  static void assertSame(String what, Map<Operand, Kept> expected, Map<Operand, Kept> actual) {
    expected.forEach(
        (operand, one) -> one
            .assertSame(what + ", " + operand, actual.get(operand), operand == Operand.REMAINDER));
  }

  @Override
  public String toString() {
    return as.entrySet()
        .stream()
        .map(e -> e.getKey() + " " + e.getValue().name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
