package org.adamant.internal.width;

import java.lang.module.ModuleFinder;
import java.util.Optional;
import org.adamant.internal.loop.Specialisation.Element;
import org.adamant.internal.loop.Specialiser;
import org.adamant.internal.platform.SelfCheck;

/**
 * What the JVM and the processor can do. Each fact is found out when it is asked for. A test overrides it for other
 * machines.
 */
class Machine {

  /** The module of the Vector API, and its package. */
  static final String VECTOR_API = "jdk.incubator.vector";

  /** Whether the module of the Vector API is resolved. */
  boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(VECTOR_API).isPresent();
  }

  /** Whether the run-time image has that module, resolved or not. */
  boolean isVectorModuleInImage() {
    return ModuleFinder.ofSystem().find(VECTOR_API).isPresent();
  }

  /** Whether no compiler runs. */
  boolean onlyInterprets() {
    return info().contains("interpreted");
  }

  /** Whether the JVM's description says that it runs without C2. */
  boolean saysThatC2IsMissing() {
    return info().contains("emulated-client");
  }

  /** Whether the JVM's flags say that it runs without C2. */
  boolean hasC2SwitchedOff() {
    return Integer.parseInt(flag("TieredStopAtLevel", "4")) < 4;
  }

  /** The JVM's description of how it runs code. */
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

  /** The class loader that loads the classes to which the kernel refers. */
  ClassLoader loader() {
    return Machine.class.getClassLoader();
  }

  /** Whether that class loader finds the Vector API; not every class loader asks its parent for it. */
  boolean seesVectorApi() {
    try {
      Class.forName(VECTOR_API + ".Vector", false, loader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
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
