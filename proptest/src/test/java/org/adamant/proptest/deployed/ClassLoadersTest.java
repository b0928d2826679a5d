package org.adamant.proptest.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.adamant.LaneWidth;
import org.junit.jupiter.api.Test;

/** The kernel in class loaders that hide some classes or resources. */
class ClassLoadersTest {

  private static final String PROJECT = "org.adamant.";
  private static final String VECTOR = "jdk.incubator.vector";
  private static final String SCALAR =
      "scalar path, the same bits, in some variants up to ten times slower: ";

  /** Defines the kernel and the steps again; a test chooses what else is visible through it. */
  private static final class Loader extends ClassLoader {

    private final Predicate<String> hasResource;
    private final Predicate<String> hasClass;

    Loader(Predicate<String> hasResource, Predicate<String> hasClass) {
      super(Loader.class.getClassLoader());
      this.hasResource = hasResource;
      this.hasClass = hasClass;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!hasClass.test(name)) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith(PROJECT)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        final Class<?> known = findLoadedClass(name);
        return known != null ? known : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      final String file = name.replace('.', '/') + ".class";
      try (InputStream in = getParent().getResourceAsStream(file)) {
        final byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    @Override
    public String toString() {
      return "a loader of this test";
    }

    @Override
    public URL getResource(String name) {
      return hasResource.test(name) ? super.getResource(name) : null;
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> step(Predicate<String> hasResource,
      Predicate<String> hasClass) {
    try {
      final Object steps =
          new Loader(hasResource, hasClass)
              .loadClass(Steps.class.getName())
              .getConstructor()
              .newInstance();
      assertThat(steps).isNotInstanceOf(Steps.class);
      return ((Supplier<Map<String, String>>) steps).get();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertScalar(Map<String, String> steps, String... reasons) {
    assertThat(steps.get("width")).isEqualTo("SCALAR");
    assertThat(steps.get("explanation")).startsWith(SCALAR).contains(reasons);
    assertThat(steps.get("hash")).isEqualTo(new Steps().get().get("hash"));
  }

  @Test
  void anOrdinaryLoaderHasSimd() {
    final Map<String, String> steps = step(name -> true, name -> true);
    assertThat(steps)
        .isEqualTo(new Steps().get())
        .containsEntry("width", LaneWidth.supported().getLast().toString());
  }

  @Test
  void aLoaderWithoutResourcesHasTheScalarPath() {
    assertScalar(
        step(name -> false, name -> true),
        "a loader of this test",
        "does not give it the class file ReferenceLoop.class",
        "have the class files beside the classes");
  }

  /** Which has no class files either, but that is not what to mend. */
  @Test
  void aNativeImageHasTheScalarPath() {
    final String property = "org.graalvm.nativeimage.imagecode";
    System.setProperty(property, "runtime");
    try {
      assertScalar(step(name -> false, name -> true), "a native image defines no classes",
          "; run on a JVM");
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void aLoaderWithoutTheFileOfTheSimdLoopHasTheScalarPath() {
    assertScalar(
        step(name -> !name.endsWith("/SimdLoop.class"), name -> true),
        "does not give it the class file SimdLoop.class");
  }

  @Test
  void aLoaderThatHidesThePackageHasTheScalarPath() {
    assertScalar(
        step(name -> true, name -> !name.startsWith(VECTOR)),
        "a loader of this test",
        "does not see the package " + VECTOR,
        "have any other loader ask its parent for it");
  }
}
