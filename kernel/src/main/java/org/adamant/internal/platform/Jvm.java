package org.adamant.internal.platform;

import java.lang.module.ModuleFinder;
import java.util.Optional;
import org.adamant.internal.loop.Specialisation.Element;
import org.adamant.internal.loop.Specialiser;

/** What the chooser asks of the JVM it runs in; a test answers for others. */
class Jvm {

  /** Whether a module is resolved. */
  boolean hasModule(String name) {
    return ModuleLayer.boot().findModule(name).isPresent();
  }

  /** Whether the run-time image has a module, resolved or not. */
  boolean isInImage(String name) {
    return ModuleFinder.ofSystem().find(name).isPresent();
  }

  /** How the JVM runs code, in its own words. */
  String info() {
    return System.getProperty("java.vm.info", "");
  }

  /** See {@link JvmFlags#value}. */
  String flag(String name, String otherwise) {
    return JvmFlags.value(name, otherwise);
  }

  /** See {@link Specialiser#obstacle}. */
  Optional<String> obstacleToSpecialising() {
    return Specialiser.obstacle();
  }

  /** See {@link HardwareFma}. */
  boolean hasHardwareFma() {
    return HardwareFma.isThere();
  }

  /** The class loader that finds for the kernel what it refers to. */
  ClassLoader loader() {
    return Jvm.class.getClassLoader();
  }

  /** See {@link NativeWidth#bits}. */
  int widestVector() {
    return NativeWidth.bits();
  }

  /** See {@link SelfCheck#passes}. */
  boolean passesSelfCheck(Element element, int laneBits) {
    return SelfCheck.passes(element, laneBits);
  }
}
