package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.adamant.internal.loop.Variant.Feature;
import org.junit.jupiter.api.Test;

/** The hand-written equality of variants and specialisations. */
class VariantTest {

  /** A record with the same components but one, in every way that one can be. */
  private static <T extends Record> Stream<T> others(T of, Class<T> type) {
    final RecordComponent[] components = type.getRecordComponents();
    return Arrays.stream(components)
        .flatMap(
            changed -> Stream.of(valuesOf(changed.getType()))
                .filter(value -> !value.equals(get(of, changed)))
                .map(
                    value -> create(
                        type,
                        Arrays.stream(components)
                            .map(c -> c == changed ? value : get(of, c))
                            .toArray())));
  }

  private static Object[] valuesOf(Class<?> type) {
    if (type == boolean.class) {
      return new Object[] {false, true};
    } else if (type == int.class) {
      return new Object[] {0, 128, 256};
    } else if (type == Variant.class) {
      return Arrays.stream(Feature.values()).map(f -> Variant.BASIC.with(f, true)).toArray();
    } else if (type == Layout.class) {
      return new Object[] {
        Layout.FLOATS, Layout.DOUBLES, Layout.uniform(Kind.FLOAT_SEGMENT),
        Layout.uniform(Kind.BFLOAT16_ARRAY)
      };
    }
    return type.getEnumConstants();
  }

  private static Object get(Record of, RecordComponent component) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T create(Class<T> type, Object[] values) {
    try {
      final Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static <T extends Record> void assertEveryComponentCounts(
      T one, T same, Class<T> type, int others) {
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo("something else");
    // Of one component or, from these, of two.
    final Stream<T> all =
        others(one, type).flatMap(o -> Stream.concat(Stream.of(o), others(o, type)));
    assertThat(all.filter(o -> !o.toString().equals(one.toString())))
        .hasSizeGreaterThan(others)
        .doesNotContain(one);
  }

  @Test
  void everyFeatureCountsAndEqualVariantsAreOne() {
    final Set<Variant> all = new HashSet<>();
    for (Feature feature : Feature.values()) {
      assertThat(Variant.BASIC.has(feature)).isFalse();
      for (Feature other : Feature.values()) {
        final Variant both = Variant.BASIC.with(feature, true).with(other, true);
        assertThat(both.has(feature)).isTrue();
        assertThat(both).isSameAs(Variant.of(feature.when(true) | other.when(true)));
        assertThat(both.with(other, false).has(other)).isFalse();
        assertThat(both).asString().contains(feature.name(), other.name());
        all.add(both);
      }
    }
    final int features = Feature.values().length;
    assertThat(all).hasSize(features * (features + 1) / 2);
  }

  @Test
  void everyComponentOfASpecialisationCounts() {
    assertEveryComponentCounts(
        new Specialisation(Layout.FLOATS, 256, Variant.BASIC, false),
        new Specialisation(Layout.FLOATS, 256, Variant.BASIC, false),
        Specialisation.class,
        100);
  }
}
