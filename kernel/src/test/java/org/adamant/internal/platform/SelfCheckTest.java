package org.adamant.internal.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.adamant.internal.loop.Coefficients;
import org.adamant.internal.loop.Layout;
import org.adamant.internal.loop.Loop;
import org.adamant.internal.loop.Operands;
import org.adamant.internal.loop.Specialisation;
import org.adamant.internal.loop.Specialisation.Element;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.loop.StubLoop;
import org.adamant.internal.loop.Templates;
import org.adamant.internal.loop.Variant;
import org.adamant.internal.platform.Trial.Operation;
import org.adamant.internal.platform.Trial.Selection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The check at start passes a loop that gives the bits of the reference, and no other. */
public class SelfCheckTest {

  /** Whether a wrong operation is to round to float. */
  private static boolean isFloat;

  /** Whether a wrong operation has been called since this was set to false. */
  private static boolean wasWrong;

  private static Loop reference(Element element) {
    return Specialiser.loop(SelfCheck.constants(element, 0));
  }

  @ParameterizedTest
  @EnumSource
  void theReferencePasses(Element element) {
    assertThat(SelfCheck.agree(element, reference(element), reference(element))).isTrue();
    // Its own tail, which is what this is where there are no vectors.
    assertThat(SelfCheck.passes(element, 0)).isTrue();
  }

  /** It is the scalar path where nothing can be specialised. */
  @ParameterizedTest
  @EnumSource
  void thePlainLoopGivesTheBitsOfTheSpecialisedOne(Element element) {
    final Specialisation constants = SelfCheck.constants(element, 0);
    final Loop specialised = Specialiser.loop(constants);
    final Loop plain = Templates.plain(constants);
    assertThat(specialised.getClass().isHidden()).isTrue();
    assertThat(plain.getClass().isHidden()).isFalse();
    assertThat(SelfCheck.agree(element, specialised, plain)).isTrue();
    assertThat(
        SelfCheck.agree(
            element,
            specialised,
            Templates.plain(new Specialisation(Layout.of(element), 0, Variant.BASIC))))
        .isFalse();
  }

  // ---- Operations that are not those of the reference. ----

  private static double rounded(double x) {
    return isFloat ? (float) x : x;
  }

  public static double twiceRoundedFma(double a, double b, double c) {
    wasWrong = true;
    return rounded(rounded(a * b) + c);
  }

  public static double roughRoot(double a) {
    wasWrong = true;
    return isFloat ? Math.nextUp((float) Math.sqrt(a)) : Math.nextUp(Math.sqrt(a));
  }

  public static double roughQuotient(double a, double b) {
    wasWrong = true;
    return rounded(a * rounded(1 / b));
  }

  /** As the instructions of some processors: neither NaN nor the sign of a zero decides. */
  public static double carelessMaximum(double a, double b) {
    wasWrong = true;
    return a > b ? a : b;
  }

  public static double carelessMinimum(double a, double b) {
    wasWrong = true;
    return a < b ? a : b;
  }

  @ParameterizedTest
  @CsvSource({
    "fma, twiceRoundedFma, 8", "sqrt, roughRoot, 1", "div, roughQuotient, 1",
    "max, carelessMaximum, 2", "min, carelessMinimum, 1"
  })
  void noticesAWrongOperationWhereverItIs(String operation, String wrong, int times)
      throws Throwable {
    for (Element element : Element.values()) {
      int wrongLoops = 0;
      for (int call = 0; call < calls(operation); call++) {
        final Loop loop = referenceWith(element, operation, call, wrong);
        isFloat = element == Element.FLOAT;
        wasWrong = false;
        final boolean passes = SelfCheck.agree(element, reference(element), loop);
        // The other calls are those of other variants.
        assertThat(passes).as("%s, %s %s", element, wrong, call).isNotEqualTo(wasWrong);
        wrongLoops += wasWrong ? 1 : 0;
      }
      assertThat(wrongLoops).as("calls of %s", operation).isEqualTo(times);
    }
  }

  private static boolean isCall(CodeElement code, String operation) {
    return code instanceof InvokeInstruction call && call.name().equalsString(operation);
  }

  /** How often the code of a step calls an operation. */
  private static int calls(String operation) throws IOException {
    return ClassFile.of()
        .parse(Templates.reference())
        .methods()
        .stream()
        .filter(method -> method.methodName().equalsString("step"))
        .mapToInt(
            method -> (int) method.code()
                .orElseThrow()
                .elementStream()
                .filter(code -> isCall(code, operation))
                .count())
        .sum();
  }

  /** The reference, but for one call of an operation, which goes to a method of this class. */
  private static Loop referenceWith(Element element, String operation, int number, String wrong)
      throws Throwable {
    final int[] calls = {0};
    final CodeTransform transform =
        (code, next) -> {
          if (isCall(next, operation) && calls[0]++ == number) {
            code.invokestatic(
                ClassDesc.of(SelfCheckTest.class.getName()),
                wrong,
                ((InvokeInstruction) next).typeSymbol());
          } else {
            code.with(next);
          }
        };
    final byte[] changed =
        ClassFile.of()
            .transformClass(
                ClassFile.of().parse(Templates.reference()),
                ClassTransform.transformingMethodBodies(
                    method -> method.methodName().equalsString("step"), transform));
    return Templates.define(changed, SelfCheck.constants(element, 0));
  }

  // ---- Elements that are not stepped, or that should not be. ----

  @ParameterizedTest
  @EnumSource
  void noticesEveryElementThatIsLeftOut(Element element) {
    for (int left = 1; left < Trial.LENGTH - 1; left++) {
      final List<Integer> others = new ArrayList<>(elements());
      others.remove(Integer.valueOf(left));
      assertNoticed(element, others);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noticesATailThatOverlapsTheLastVector(Element element) {
    for (int lanes = 2; lanes <= 16; lanes *= 2) {
      final List<Integer> more = new ArrayList<>(elements());
      final int tail = elements().size() % lanes;
      more.addAll(elements().subList(elements().size() - lanes, elements().size() - tail));
      assertNoticed(element, more);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noticesAStepOutside(Element element) {
    for (int outside : new int[] {0, Trial.LENGTH - 1}) {
      final List<Integer> more = new ArrayList<>(elements());
      more.add(outside);
      assertNoticed(element, more);
    }
  }

  /** Enough for vectors of every width, and for a tail. */
  @ParameterizedTest
  @EnumSource
  void hasWholeVectorsAndATailAtEveryWidth(Element element) {
    for (int lanes = 2; lanes <= 16; lanes *= 2) {
      assertThat(elements().size() / lanes).isGreaterThan(1);
      assertThat(elements().size() % lanes).isPositive();
    }
    final Loop none = new SteppedElements(reference(element), List.of());
    assertThat(SelfCheck.agree(element, none, none)).isTrue();
    assertThat(SelfCheck.agree(element, reference(element), none)).isFalse();
  }

  private static List<Integer> elements() {
    return IntStream.range(1, Trial.LENGTH - 1).boxed().toList();
  }

  private static void assertNoticed(Element element, List<Integer> elements) {
    final Loop all = new SteppedElements(reference(element), elements());
    final Loop wrong = new SteppedElements(reference(element), elements);
    assertThat(steps(element, all)).isTrue();
    assertThat(steps(element, wrong)).as("%s", elements).isFalse();
  }

  private static boolean steps(Element element, Loop loop) {
    return new Trial(Layout.of(element))
        .run(Operation.STEP, Selection.SPECIAL_NUMBERS, reference(element), loop);
  }

  /** Steps the given elements one after the other, whatever it is asked for. */
  private static final class SteppedElements extends StubLoop {

    private final Loop loop;
    private final List<Integer> elements;

    SteppedElements(Loop loop, List<Integer> elements) {
      this.loop = loop;
      this.elements = elements;
    }

    @Override
    public void step(
        Coefficients c, Operands o, float[] moments, long first, int count) {
      elements.forEach(i -> loop.step(c, o, moments, i, 1));
    }

    @Override
    public void flush(Operands o, long first, int count) {
      loop.flush(o, first, count);
    }
  }

  // ---- The sample itself. ----

  @ParameterizedTest
  @EnumSource
  void everyArrayHasEverySpecialNumberAndOtherwiseDifferentDigits(Element element) {
    final boolean ofFloats = element == Element.FLOAT;
    final List<Double> special =
        List.of(
            0.0,
            -0.0,
            ofFloats ? Float.MIN_VALUE : Double.MIN_VALUE,
            ofFloats ? Float.MIN_NORMAL : Double.MIN_NORMAL,
            ofFloats ? Float.MAX_VALUE : Double.MAX_VALUE,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.NaN);
    final Object[] memory = Trial.sample(Layout.of(element), true);
    // Neither a copy nor lower halves.
    assertThat(memory).hasSize(8);
    assertThat(Arrays.asList(memory).subList(6, 8)).containsOnlyNulls();
    final List<Object> arrays = Arrays.asList(memory).subList(0, 6);
    final Set<Integer> elementsWithSpecial = new HashSet<>();
    for (Object array : arrays) {
      assertThat(array).isInstanceOf(ofFloats ? float[].class : double[].class);
      final Set<Double> ordinary = new HashSet<>();
      final List<Double> found = new ArrayList<>();
      for (int i = 0; i < Trial.LENGTH; i++) {
        final double x = Array.getDouble(array, i);
        if (special.contains(x)) {
          found.add(x);
          assertThat(elementsWithSpecial.add(i)).as("only one of element %s", i).isTrue();
        } else {
          assertThat(x).isStrictlyBetween(0.001, 0.999);
          assertThat(ordinary.add(x)).as("%s is new", x).isTrue();
        }
      }
      assertThat(found).containsExactlyElementsOf(special);
    }
    // Beside them, elements that only rounding can spoil.
    assertThat(elementsWithSpecial).hasSizeLessThan(Trial.LENGTH / 2);
  }
}
