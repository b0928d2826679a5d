package org.adamant.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Turns the loop templates into specialised classes, and keeps them: the class file of a template is
 * defined again as a hidden class whose static finals come from a {@link Specialisation}. That takes
 * about half a millisecond and is done once per specialisation and JVM.
 */
public final class Specialiser {

  private static final ConcurrentHashMap<Specialisation, Loop> LOOPS = new ConcurrentHashMap<>();

  private Specialiser() {}

  /**
   * The loop for these constants.
   *
   * @param constants element type, lane width and variant
   * @return the loop, the same one at every call
   * @throws LinkageError if the Vector API is not there, or not in the form this was compiled for
   */
  public static Loop loop(Specialisation constants) {
    final Loop known = LOOPS.get(constants);
    if (known != null) {
      return known;
    }
    // Not computeIfAbsent: a SIMD loop asks for its tail while it is being defined.
    final Loop defined =
        define(constants.isScalar() ? "ReferenceLoop.class" : "SimdLoop.class", constants);
    final Loop first = LOOPS.putIfAbsent(constants, defined);
    return first == null ? defined : first;
  }

  /** What the class of {@code lookup} was specialised for. */
  static <T> T classData(MethodHandles.Lookup lookup, Class<T> type) {
    try {
      return MethodHandles.classData(lookup, "_", type);
    } catch (IllegalAccessException e) {
      throw new AssertionError("a class may read its own data", e);
    }
  }

  private static Loop define(String template, Specialisation constants) {
    try (InputStream in = Specialiser.class.getResourceAsStream(template)) {
      final MethodHandles.Lookup hidden =
          MethodHandles.lookup().defineHiddenClassWithClassData(in.readAllBytes(), constants, true);
      final MethodType noArguments = MethodType.methodType(void.class);
      return (Loop) hidden.findConstructor(hidden.lookupClass(), noArguments).invoke();
    } catch (IOException e) {
      throw new UncheckedIOException(template, e);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("the constructor of " + template + " throws nothing checked", e);
    }
  }
}
