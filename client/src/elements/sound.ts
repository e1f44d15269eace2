/**
 * The sound of an arrival: two short tones, made in the browser, so that no file has to be let through.
 *
 * Deliberately not here: whether it is wanted, and that it comes once over all tabs (core/client.ts).
 */

let audio: AudioContext | null = null;

/** Before the user has touched the page a browser keeps silent; it must not make up for it later. */
export function chime(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 660;
  tone.frequency.setValueAtTime(880, currentTime + 0.12);
  volume.gain.value = 0.12;
  volume.gain.exponentialRampToValueAtTime(0.001, currentTime + 0.4);
  tone.connect(volume).connect(destination);
  tone.start();
  tone.stop(currentTime + 0.4);
}
