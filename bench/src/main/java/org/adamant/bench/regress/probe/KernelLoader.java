package org.adamant.bench.regress.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/**
 * Loads one kernel, and a copy of the loops that call it, so that they have their own code and profiles, as in
 * their own JVM. The kernel comes from the given path only, never from this program.
 */
final class KernelLoader extends URLClassLoader {

  private static final String PROJECT = "org.adamant.";
  private static final String PROGRAM = "org.adamant.bench.";

  KernelLoader(Path kernel) throws MalformedURLException {
    super(new URL[] {kernel.toUri().toURL()}, KernelLoader.class.getClassLoader());
  }

  /** A copy of a loop, which calls this kernel. */
  Stepper stepper(Class<? extends Stepper> type) throws ReflectiveOperationException {
    return (Stepper) loadClass(type.getName()).getConstructor().newInstance();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    // Shared, so that the probe can call the loops.
    if (!name.startsWith(PROJECT) || name.equals(Stepper.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      final Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      return name.startsWith(PROGRAM) ? copy(name) : findClass(name);
    }
  }

  /** Finds resources of the kernel, which reads its own class files. */
  @Override
  public URL getResource(String name) {
    return findResource(name);
  }

  private Class<?> copy(String name) throws ClassNotFoundException {
    final String file = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      final byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
