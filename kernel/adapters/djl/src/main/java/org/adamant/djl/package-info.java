/** Adamant as an optimizer of the Deep Java Library. */
package org.adamant.djl;
