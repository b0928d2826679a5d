package org.adamant.internal.loop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicInteger;
import org.adamant.internal.loop.Specialisation.Element;

/** Gives tests of other packages access to the templates and the loops made of them. */
public final class Templates {

  /** Widths that no vector has, but that the tail of a loop may be said to be of. */
  private static final AtomicInteger NEXT_WIDTH = new AtomicInteger(100_000);

  private Templates() {}

  /** Constants of a scalar path that nobody has asked for yet. */
  public static Specialisation newConstants() {
    return new Specialisation(
        Layout.FLOATS, NEXT_WIDTH.incrementAndGet(), Variant.BASIC).scalar();
  }

  /** The class file of the reference. */
  public static byte[] reference() throws IOException {
    return file(ReferenceLoop.class);
  }

  /** The class file of the SIMD loop of a step on such operands. */
  public static byte[] simd(Layout layout) throws IOException {
    return file(layout.element() == Element.FLOAT ? SimdLoop.class : DoubleSimdLoop.class);
  }

  private static byte[] file(Class<?> template) throws IOException {
    try (InputStream in = template.getResourceAsStream(template.getSimpleName() + ".class")) {
      return in.readAllBytes();
    }
  }

  /** Makes a loop of a class file, as the specialiser does. */
  public static Loop define(byte[] file, Specialisation constants) throws Throwable {
    final MethodHandles.Lookup hidden =
        MethodHandles.lookup().defineHiddenClassWithClassData(file, constants, true);
    return (Loop) hidden.findConstructor(
        hidden.lookupClass(), MethodType.methodType(void.class)).invoke();
  }

  /** The scalar path as an ordinary class. */
  public static Loop plain(Specialisation constants) {
    return PlainLoop.of(constants);
  }
}
