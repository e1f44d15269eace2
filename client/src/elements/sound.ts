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
  [660, 880].forEach((pitch, index) => {
    const tone = audio!.createOscillator();
    const volume = audio!.createGain();
    const start = currentTime + index * 0.12;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.12, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + 0.3);
  });
}
