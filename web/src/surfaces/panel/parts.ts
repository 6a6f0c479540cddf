// The screens that no first look needs: one chunk, brought right after the first paint (later.ts).
export { Answered } from './Answered.tsx'
export { Beyond, Failed } from './Failed.tsx'
export { Handover } from './Handover.tsx'
export { Me, PanelReads } from './Me.tsx'
export { Offline } from './Offline.tsx'
export { MessageDialog, OwnerCard } from './Owner.tsx'
export { Waiting } from './Waiting.tsx'
