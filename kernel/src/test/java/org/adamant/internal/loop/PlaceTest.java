package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlaceTest {

  @Test
  void aPlaceIsOneThatVectorsOfTheKindAreLoadedFrom() {
    final MemorySegment floats = MemorySegment.ofArray(new float[8]).asSlice(4);
    final MemorySegment bytes = MemorySegment.ofArray(new byte[64]);
    assertThat(Place.of(Kind.FLOAT_ARRAY, new float[3])).isEqualTo(Place.ANY);
    assertThat(Place.of(Kind.FLOAT_SEGMENT, floats)).isEqualTo(Place.FLOATS);
    assertThat(Place.of(Kind.FLOAT_SEGMENT, floats.asReadOnly())).isEqualTo(Place.FLOATS);
    assertThat(Place.of(Kind.FLOAT_SEGMENT, Arena.ofAuto().allocate(8))).isEqualTo(Place.NATIVE);
    assertThat(Place.of(Kind.DOUBLE_SEGMENT, MemorySegment.ofArray(new double[8])))
        .isEqualTo(Place.DOUBLES);
    assertThat(Place.of(Kind.BFLOAT16_SEGMENT, MemorySegment.ofArray(new short[8])))
        .isEqualTo(Place.SHORTS);
    assertThat(Place.of(Kind.BLOCK8_SEGMENT, new Block8(bytes, bytes))).isEqualTo(Place.BYTES);
    // The compiler has no vectors of these numbers in these arrays.
    assertThat(Place.of(Kind.FLOAT_SEGMENT, bytes)).isEqualTo(Place.ANY);
    assertThat(Place.of(Kind.DOUBLE_SEGMENT, floats)).isEqualTo(Place.ANY);
    assertThat(Place.of(Kind.BFLOAT16_SEGMENT, floats)).isEqualTo(Place.ANY);
  }

  @ParameterizedTest
  @EnumSource
  void memoryForTrialsIsOfTheClassOfThePlace(Place place) {
    assertThat(place.allocate(26)).isInstanceOf(place.type());
    assertThat(place.allocate(26).byteSize()).isEqualTo(26);
  }

  @Test
  void aLayoutSaysWhatIsNotUsual() {
    assertThat(Layout.FLOATS).hasToString("FLOAT");
    assertThat(Layout.DOUBLES).hasToString("DOUBLE");
    assertThat(Layout.uniform(Kind.BFLOAT16_SEGMENT, Place.NATIVE).toString())
        .startsWith("[BFLOAT16_SEGMENT, BFLOAT16_SEGMENT, BFLOAT16_SEGMENT, BFLOAT16_SEGMENT");
  }

  @Test
  void layoutsOfOtherPlacesAreOthers() {
    final Layout inArrays = Layout.uniform(Kind.FLOAT_SEGMENT, Place.FLOATS);
    assertThat(inArrays).isSameAs(Layout.uniform(Kind.FLOAT_SEGMENT, Place.FLOATS));
    assertThat(inArrays).isNotSameAs(Layout.uniform(Kind.FLOAT_SEGMENT, Place.NATIVE));
    assertThat(inArrays.ofGrads()).isSameAs(inArrays);
    assertThat(inArrays.place(Operand.V)).isEqualTo(Place.FLOATS);
    // What reads gradients depends on nothing else.
    final Place[] places = new Place[Operand.COUNT];
    Arrays.fill(places, Place.NATIVE);
    places[Operand.GRADS.ordinal()] = Place.FLOATS;
    final Kind[] kinds = new Kind[Operand.COUNT];
    Arrays.fill(kinds, Kind.FLOAT_SEGMENT);
    kinds[Operand.COPY.ordinal()] = Kind.NONE;
    kinds[Operand.REMAINDER.ordinal()] = Kind.NONE;
    assertThat(Layout.of(kinds, places).ofGrads()).isSameAs(inArrays);
  }
}
