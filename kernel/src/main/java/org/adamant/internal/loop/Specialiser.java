package org.adamant.internal.loop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes specialised classes of the loop templates, and keeps them. It defines the class file of a template again as
 * a hidden class whose static finals come from a {@link Specialisation}. That takes about half a millisecond, once
 * per specialisation and JVM.
 *
 * <p>If that is impossible, there are no vectors, which need constants, and the scalar path is a {@link PlainLoop}:
 * the same source as an ordinary class whose constants are fields. It gives the same bits. Compiled by C2, which
 * reads the fields before the loop, it is as fast.
 */
public final class Specialiser {

  private static final ConcurrentHashMap<Specialisation, Loop> LOOPS = new ConcurrentHashMap<>();

  /** Why the scalar path is a {@link PlainLoop}; null if it is not. */
  private static volatile @Nullable String obstacle;

  private Specialiser() {}

  /**
   * The loop for these constants.
   *
   * @param constants element type, lane width and variant
   * @return the loop, the same one at every call
   * @throws LinkageError if the Vector API is missing, or is not the one this was compiled for
   * @throws IllegalStateException if this is a loop of vectors and its class file cannot be read
   */
  public static Loop loop(Specialisation constants) {
    final Loop known = LOOPS.get(constants);
    if (known != null) {
      return known;
    }
    // Not computeIfAbsent, as a SIMD loop asks for its tail while it is being defined.
    return Shared.keep(
        LOOPS, constants, constants.isScalar() ? scalar(constants) : simd(constants));
  }

  /**
   * Why nothing can be specialised here, found by trying it.
   *
   * @return the reason and what to do, or empty if it is possible
   */
  public static Optional<String> obstacle() {
    // The loop that is most likely to be needed anyway.
    loop(new Specialisation(Layout.FLOATS, 0, Variant.BASIC));
    if (obstacle == null && !isReadable(SimdLoop.class)) {
      obstacle = unreadable(SimdLoop.class);
    }
    return Optional.ofNullable(obstacle);
  }

  /** The constants for which the class of {@code lookup} was specialised. */
  static Specialisation constants(MethodHandles.Lookup lookup) {
    try {
      return MethodHandles.classData(lookup, "_", Specialisation.class);
    } catch (IllegalAccessException e) {
      throw new AssertionError("a class may read its own data", e);
    }
  }

  private static Loop scalar(Specialisation constants) {
    try {
      return define(ReferenceLoop.class, constants);
    } catch (OutOfMemoryError | StackOverflowError e) {
      // There may be more memory next time, so the result is not kept.
      throw e;
    } catch (Throwable e) {
      // Any throwable: an agent may throw anything, and a native image has an error of its own.
      obstacle = obstacle(e);
      return PlainLoop.of(constants);
    }
  }

  private static Loop simd(Specialisation constants) {
    final Class<? extends Loop> template = simdTemplate(constants);
    try {
      return define(template, constants);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(unreadable(template), e);
    }
  }

  private static Class<? extends Loop> simdTemplate(Specialisation constants) {
    final boolean isRelative = constants.variant().isRelative();
    if (constants.element() == Specialisation.Element.FLOAT) {
      return isRelative ? RelativeSimdLoop.class : SimdLoop.class;
    }
    return isRelative ? RelativeDoubleSimdLoop.class : DoubleSimdLoop.class;
  }

  /** Defines a template again. The argument is a class, not a name, so that tools see that it is needed. */
  private static Loop define(Class<? extends Loop> template, Specialisation constants)
      throws Throwable {
    final byte[] file;
    try (InputStream in = template.getResourceAsStream(fileOf(template))) {
      if (in == null) {
        throw new IOException(fileOf(template));
      }
      file = in.readAllBytes();
    }
    final MethodHandles.Lookup hidden =
        MethodHandles.lookup().defineHiddenClassWithClassData(file, constants, true);
    final MethodType noArguments = MethodType.methodType(void.class);
    return (Loop) hidden.findConstructor(hidden.lookupClass(), noArguments).invoke();
  }

  private static String fileOf(Class<?> template) {
    // Not by +, which takes milliseconds to link during a first step.
    return template.getSimpleName().concat(".class");
  }

  private static boolean isReadable(Class<?> template) {
    try (InputStream in = template.getResourceAsStream(fileOf(template))) {
      return in != null && in.read() >= 0;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static String obstacle(Throwable cause) {
    if (System.getProperty("org.graalvm.nativeimage.imagecode") != null) {
      return "a native image defines no classes when it runs (" + cause
          + "), and every loop of vectors is such a class; run on a JVM to get SIMD";
    }
    if (!isReadable(ReferenceLoop.class)) {
      return unreadable(ReferenceLoop.class);
    }
    return "this JVM does not let a class define hidden ones (" + cause
        + "), as every loop of vectors is; run without what forbids it, such as an agent, to get SIMD";
  }

  private static String unreadable(Class<?> template) {
    return "the class loader of this library (" + template.getClassLoader()
        + ") does not give it the class file " + fileOf(template)
        + ", of which loops are made; have the class files beside the classes, as in the jar, to get"
        + " SIMD";
  }
}
