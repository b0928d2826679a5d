package org.adamant.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Stream;
import org.adamant.internal.Specialisation.Element;
import org.junit.jupiter.api.Test;

/** Equality, which the variants and what is specialised for them have by hand. */
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
      return others(Variant.BASIC, Variant.class).toArray();
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
  void everyComponentOfAVariantCounts() {
    final Object[] values =
        Arrays.stream(Variant.class.getRecordComponents())
            .map(c -> get(Variant.BASIC, c))
            .toArray();
    final Variant same = create(Variant.class, values);
    assertThat(same).isNotSameAs(Variant.BASIC);
    assertEveryComponentCounts(Variant.BASIC, same, Variant.class, 200);
    final Variant[] all = others(Variant.BASIC, Variant.class).toArray(Variant[]::new);
    assertThat(all).doesNotHaveDuplicates().hasSize(1 + 11 + 2 + 2);
  }

  @Test
  void everyComponentOfASpecialisationCounts() {
    assertEveryComponentCounts(
        new Specialisation(Element.FLOAT, 256, Variant.BASIC, false),
        new Specialisation(Element.FLOAT, 256, Variant.BASIC, false),
        Specialisation.class,
        100);
  }
}
