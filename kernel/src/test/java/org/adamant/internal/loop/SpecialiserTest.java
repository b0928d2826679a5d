package org.adamant.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The classes made of the templates: of the right one, and one class for equal constants. */
class SpecialiserTest {

  @Test
  void aLoopIsMadeOnceOfTheTemplateThatItNeeds() {
    final Specialisation constants = Templates.newConstants();
    final Loop loop = Specialiser.loop(constants);
    assertThat(loop).isNotNull().isSameAs(Specialiser.loop(constants));
    assertThat(loop.getClass().getName()).startsWith(ReferenceLoop.class.getName());
    assertThat(loop).isNotSameAs(Specialiser.loop(Templates.newConstants()));
    assertThat(
        Specialiser.loop(new Specialisation(Layout.FLOATS, 128, Variant.BASIC))
            .getClass()
            .getName())
        .startsWith(SimdLoop.class.getName());
  }

  /** See kernel/src/build/Expand.java: what is called here, C2 may not inline. */
  @ParameterizedTest
  @ValueSource(classes = {
    SimdLoop.class, RelativeSimdLoop.class, DoubleSimdLoop.class, RelativeDoubleSimdLoop.class
  })
  void theSimdLoopsCallNoneOfTheirOwnMethods(Class<?> template) throws IOException {
    try (InputStream in = template.getResourceAsStream(template.getSimpleName() + ".class")) {
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
                      template.getName().replace('.', '/')))
              .map(call -> call.name().stringValue())
              .toList();
      assertThat(called).isEmpty();
    }
  }

  @Test
  void aVectorOfOneLaneIsTheScalarPath() {
    assertThat(new Specialisation(Layout.DOUBLES, 64, Variant.BASIC).isScalar()).isTrue();
    assertThat(new Specialisation(Layout.FLOATS, 64, Variant.BASIC).isScalar()).isFalse();
    assertThat(new Specialisation(Layout.FLOATS, 0, Variant.BASIC).isScalar()).isTrue();
  }

  @Test
  void aTailKeepsItsWidthAndTheScalarPathHasNone() {
    final Specialisation simd = new Specialisation(Layout.FLOATS, 128, Variant.BASIC);
    assertThat(simd.scalar())
        .isEqualTo(new Specialisation(Layout.FLOATS, 128, Variant.BASIC, true));
    assertThat(simd.withoutVectors())
        .isEqualTo(new Specialisation(Layout.FLOATS, 0, Variant.BASIC, true));
  }

  @Test
  void nothingHindersHere() {
    assertThat(Specialiser.obstacle()).isEmpty();
  }
}
