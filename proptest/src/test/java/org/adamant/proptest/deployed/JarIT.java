package org.adamant.proptest.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.adamant.LaneWidth;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** The packaged kernel as a bundle in an OSGi framework, and its manifest. */
class JarIT {

  private static final Path KERNEL = Path.of(System.getProperty("adamant.kernel.jar"));
  private static final Path PROPTEST = Path.of(System.getProperty("adamant.proptest.jar"));
  private static final String VECTOR = System.getProperty("adamant.vector.module");

  @TempDir
  Path work;

  @Test
  void aFrameworkThatExportsThePackageHasSimd() throws Exception {
    assertThat(steps(VECTOR))
        .isEqualTo(new Steps().get())
        .containsEntry("width", LaneWidth.supported().getLast().toString());
  }

  @Test
  void aFrameworkThatDoesNotHasTheScalarPathAndSaysWhatIsMissing() throws Exception {
    final Map<String, String> steps = steps("");
    assertThat(steps.get("explanation"))
        .startsWith("scalar path, the same bits")
        .contains("does not see the package " + VECTOR)
        .contains(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA + "=" + VECTOR);
    assertThat(steps.get("hash")).isEqualTo(new Steps().get().get("hash"));
  }

  /** What a bundle gets from the kernel's in a framework that exports these packages of the JDK. */
  @SuppressWarnings("unchecked")
  private Map<String, String> steps(String exported) throws Exception {
    final Map<String, String> configuration = new HashMap<>();
    configuration.put(Constants.FRAMEWORK_STORAGE, work.resolve("framework").toString());
    // Nothing of the JDK, not what this framework finds in it.
    configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES, "org.osgi.framework");
    configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, exported);
    final Framework framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(configuration);
    framework.start();
    try {
      final Bundle kernel = framework.getBundleContext().installBundle(KERNEL.toUri().toString());
      final Bundle consumer =
          framework.getBundleContext().installBundle(consumer().toUri().toString());
      kernel.start();
      consumer.start();
      final Object steps = consumer.loadClass(Steps.class.getName()).getConstructor().newInstance();
      assertThat(steps).isNotInstanceOf(Steps.class);
      return ((Supplier<Map<String, String>>) steps).get();
    } finally {
      framework.stop();
      framework.waitForStop(0);
    }
  }

  /** A bundle that uses the kernel's. */
  private Path consumer() throws IOException {
    final Manifest manifest = new Manifest();
    final Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "org.example.consumer");
    headers.putValue(Constants.IMPORT_PACKAGE, "org.adamant;version=\"[0.1,1)\"");
    final Path jar = work.resolve("consumer.jar");
    final String file = Steps.class.getName().replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        InputStream in = Steps.class.getResourceAsStream("/" + file)) {
      entries.putNextEntry(new JarEntry(file));
      in.transferTo(entries);
    }
    return jar;
  }

  /** Two builds give the same bytes: what the Java is called that runs Maven must not be in them. */
  @Test
  void theManifestsDoNotTellWhoMadeThem() throws IOException {
    for (Path path : List.of(KERNEL, PROPTEST)) {
      try (JarFile jar = new JarFile(path.toFile())) {
        assertThat(jar.getManifest().getMainAttributes().keySet())
            .as("%s", path)
            .extracting(Object::toString)
            .contains("Manifest-Version")
            .noneMatch(name -> name.startsWith("Build") || name.startsWith("Created"));
      }
    }
  }
}
