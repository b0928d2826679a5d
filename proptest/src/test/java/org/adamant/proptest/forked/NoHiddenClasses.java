package org.adamant.proptest.forked;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent under which no class can define a hidden one. */
public final class NoHiddenClasses implements ClassFileTransformer {

  private final ClassDesc thrown;

  private NoHiddenClasses(ClassDesc thrown) {
    this.thrown = thrown;
  }

  /**
   * Forbids hidden classes.
   *
   * @param thrown the name of the class that is thrown at those who try
   * @param instrumentation what the JVM gives an agent
   */
  public static void premain(String thrown, Instrumentation instrumentation) throws Exception {
    instrumentation.addTransformer(new NoHiddenClasses(ClassDesc.of(thrown)), true);
    instrumentation.retransformClasses(MethodHandles.Lookup.class);
  }

  @Override
  public byte[] transform(
      ClassLoader loader,
      String className,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] bytes) {
    if (redefined != MethodHandles.Lookup.class) {
      return null;
    }
    final ClassFile classFile = ClassFile.of();
    final ClassModel lookup = classFile.parse(bytes);
    return classFile.transformClass(
        lookup,
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().stringValue().startsWith("defineHiddenClass"),
            new Throwing(thrown)));
  }

  /** Replaces a method's code by one that throws. */
  private record Throwing(ClassDesc thrown) implements CodeTransform {

    @Override
    public void atStart(CodeBuilder code) {
      code.new_(thrown)
          .dup()
          .ldc("forbidden for a test")
          .invokespecial(
              thrown,
              ConstantDescs.INIT_NAME,
              MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
          .athrow();
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      // Nothing of what was there.
    }
  }

  /**
   * Packs the agent.
   *
   * @param jar the file to write
   * @return the file
   */
  static Path packInto(Path jar) throws IOException {
    final Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", NoHiddenClasses.class.getName());
    manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      for (Class<?> type : List.of(NoHiddenClasses.class, Throwing.class)) {
        final String file = type.getName().replace('.', '/') + ".class";
        entries.putNextEntry(new JarEntry(file));
        try (InputStream in = type.getResourceAsStream("/" + file)) {
          in.transferTo(entries);
        }
      }
    }
    return jar;
  }
}
