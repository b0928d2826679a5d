package org.adamant.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.adamant.internal.Specialisation.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The classes that are made of the templates: which of the two, and one for each constants. */
class SpecialiserTest {

  /** Widths that no vector has, but that the tail of a loop may be said to be of. */
  private static final AtomicInteger NEXT_WIDTH = new AtomicInteger(100_000);

  /** Constants of a scalar path that nobody has asked for yet. */
  static Specialisation newConstants() {
    return new Specialisation(
        Element.FLOAT, NEXT_WIDTH.incrementAndGet(), Variant.BASIC).scalar();
  }

  @Test
  void aLoopIsMadeOnceOfTheTemplateThatItNeeds() {
    final Specialisation constants = newConstants();
    final Loop loop = Specialiser.loop(constants);
    assertThat(loop).isNotNull().isSameAs(Specialiser.loop(constants));
    assertThat(loop.getClass().getName()).startsWith(ReferenceLoop.class.getName());
    assertThat(loop).isNotSameAs(Specialiser.loop(newConstants()));
    assertThat(
        Specialiser.loop(new Specialisation(Element.FLOAT, 128, Variant.BASIC))
            .getClass()
            .getName())
        .startsWith(SimdLoop.class.getName());
  }

  /** See kernel/src/build/Expand.java: what is called here, C2 may not inline. */
  @Test
  void theSimdLoopCallsNoneOfItsOwnMethods() throws IOException {
    try (InputStream in = SimdLoop.class.getResourceAsStream("SimdLoop.class")) {
      final List<String> called =
          ClassFile.of()
              .parse(in.readAllBytes())
              .methods()
              .stream()
              .filter(method -> method.methodName().equalsString("stepVectors"))
              .flatMap(method -> method.code().orElseThrow().elementStream())
              .filter(InvokeInstruction.class::isInstance)
              .map(InvokeInstruction.class::cast)
              .filter(call -> call.owner()
                  .asInternalName()
                  .equals(
                      SimdLoop.class.getName().replace('.', '/')))
              .map(call -> call.name().stringValue())
              .toList();
      assertThat(called).isEmpty();
    }
  }

  @Test
  void aVectorOfOneLaneIsTheScalarPath() {
    assertThat(new Specialisation(Element.DOUBLE, 64, Variant.BASIC).isScalar()).isTrue();
    assertThat(new Specialisation(Element.FLOAT, 64, Variant.BASIC).isScalar()).isFalse();
    assertThat(new Specialisation(Element.FLOAT, 0, Variant.BASIC).isScalar()).isTrue();
  }

  @Test
  void aTailKeepsItsWidthAndTheScalarPathHasNone() {
    final Specialisation simd = new Specialisation(Element.FLOAT, 128, Variant.BASIC);
    assertThat(simd.scalar())
        .isEqualTo(new Specialisation(Element.FLOAT, 128, Variant.BASIC, true));
    assertThat(simd.withoutVectors())
        .isEqualTo(new Specialisation(Element.FLOAT, 0, Variant.BASIC, true));
  }

  /** It is the scalar path where nothing can be specialised. */
  @ParameterizedTest
  @EnumSource
  void thePlainLoopGivesTheBitsOfTheSpecialisedOne(Element element) {
    final Specialisation constants = SelfCheck.constants(element, 0);
    final Loop specialised = Specialiser.loop(constants);
    final Loop plain = PlainLoop.of(constants);
    assertThat(specialised.getClass().isHidden()).isTrue();
    assertThat(plain.getClass().isHidden()).isFalse();
    assertThat(SelfCheck.agree(element, specialised, plain)).isTrue();
    assertThat(
        SelfCheck.agree(
            element,
            specialised,
            PlainLoop.of(new Specialisation(element, 0, Variant.BASIC))))
        .isFalse();
  }

  @Test
  void nothingHindersHere() {
    assertThat(Specialiser.obstacle()).isEmpty();
  }
}
