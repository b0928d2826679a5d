/** Adamant as an updater of DL4J. */
package org.adamant.dl4j;
